"""The traffic of a run at 1×: generated from the scenario or cut from a log, and what is to be known of it."""

from collections.abc import Collection, Iterator

from simulator.errors import BadInput
from simulator.launch.options import Options
from simulator.provider.profile import Profile
from simulator.scenario.own_prompts import chats_text, planned_trace, repeats_note
from simulator.scenario.scenario import Scenario
from simulator.traffic.chats import Chats
from simulator.traffic.reading import read
from simulator.traffic.slice import cut
from simulator.traffic.trace import Trace
from simulator.units import count_text, scale_text, seconds_text

_MOST_REQUESTS = 2_000_000
"""In the largest rung: about two minutes of planning per strategy, and some gigabytes."""


def planned(scenario: Scenario, options: Options, chats: dict[str, Chats], seed: int) -> tuple[Trace, tuple[str, ...]]:
    """The trace, and notes on it. Raises `BadInput` where it is empty, or more than this machine can hold."""
    if options.trace is None:
        _refuse_beyond(options, scenario.traffic.arrivals.mean_rate * options.duration_s)
        trace = planned_trace(scenario, chats, span_s=options.duration_s, seed=seed)
        if not len(trace):
            raise BadInput(f"no session starts within {seconds_text(options.duration_s)}; use a longer --duration")
        _refuse_beyond(options, len(trace))
        return trace, (*chats_text(scenario, chats), *repeats_note(chats, trace))
    found = read(options.trace, form=options.trace_format)
    end = options.trace_from_s + options.duration_s
    trace = cut(found.trace, options.trace_from_s, end)
    if not len(trace):
        raise BadInput(
            f"{options.trace}: no session starts between {seconds_text(options.trace_from_s)} and {seconds_text(end)}; "
            f"the trace spans {seconds_text(found.trace.span_s)}"
        )
    _refuse_beyond(options, len(trace))
    return trace, (*found.report.text().splitlines(), *_shorter(trace, options), *unsent_prompts(scenario))


def _shorter(trace: Trace, options: Options) -> Iterator[str]:
    if trace.span_s < 0.99 * options.duration_s:
        span, asked = seconds_text(trace.span_s), seconds_text(options.duration_s)
        yield f"the log ends {span} after --from: a rung spans {span}, not {asked}"


def unsent_prompts(scenario: Scenario) -> Iterator[str]:
    """A log gives lengths, not texts: which of a user's own prompts stay at home."""
    if named := [f"{one.prompts} ({one.name})" for one in scenario.traffic.journeys if one.prompts]:
        yield f"not sent with --trace: {', '.join(named)}; a log's requests are synthetic texts of its lengths"


def too_long(trace: Trace, profile: Profile | None, models: Collection[str]) -> Iterator[str]:
    """Which requests a model of the profile turns down for their length alone."""
    lengths = trace.table["input_tokens"].to_numpy()
    for name, model in profile.models.items() if profile else ():
        over = int((lengths >= model.context_window).sum())
        if over and name in models:
            yield (
                f"{count_text(over)} of {count_text(len(lengths))} requests at 1× do not fit the "
                f"{count_text(model.context_window)} tokens of {name}'s context window: "
                "unless a strategy shortens them, they fail"
            )


def _refuse_beyond(options: Options, requests: float) -> None:
    """Raises `BadInput` for a plan beyond what is held in memory, before minutes go into it; `requests` at 1×."""
    largest = max(options.scales)
    if (planned := round(requests * largest)) > _MOST_REQUESTS:
        raise BadInput(
            f"{scale_text(largest)} over {seconds_text(options.duration_s)} is a plan of {count_text(planned)} "
            f"requests, beyond {count_text(_MOST_REQUESTS)}; give a smaller --scale or a shorter --duration "
            "(the projection speaks of larger scales without sending)"
        )
