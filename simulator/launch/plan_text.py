"""The dry run for people and for programs: what a test would send, and what that alone costs."""

import json
from collections.abc import Iterator
from typing import Any

from simulator.launch.forecast import Forecast, RungForecast
from simulator.launch.inputs import Inputs
from simulator.launch.load import BUSY, source
from simulator.launch.options import Options
from simulator.traffic.fidelity import Fidelity, fidelity
from simulator.units import count_text, scale_text, seconds_text, share_text, usd_text

MINUTE_S = 60

_SENT = ("scale", "strategy", "sessions", "requests", "calls", "tokens in", "tokens out", "cost")
_BUSY = ("scale", "strategy", "in flight", "at most", "workers")
_MEANINGS = ("scale", "meaning", "peak sessions/s", "peak requests/s", "busiest minute", "wait p99")


def plan_lines(inputs: Inputs, ahead: Forecast, options: Options) -> Iterator[str]:
    """A table of the rungs, then what holds for all of them."""
    yield f"{options.scenario}: valid. A run of it would send:"
    yield from _table([_SENT, *(_sent(rung) for rung in ahead.rungs)])
    yield "How busy that is:"
    yield from _table([_BUSY, *(_busy(rung) for rung in ahead.rungs)])
    yield f"in flight: on average and at most, by the time of {source(inputs.profile)}, without queues or refusals"
    yield f"workers: --processes that keep each below {share_text(BUSY)} of a core in the busiest second"
    yield "What a scale could mean; the busiest minute in requests/s:"
    yield from _table([_MEANINGS, *(_implied(scale, row) for scale, row in meanings(inputs, options))])
    yield "wait: for a slot of an imagined endpoint that grows with the scale; to compare meanings, not to predict"
    if inputs.trace.span_s < MINUTE_S:
        yield f"a minute is longer than the test: --duration {MINUTE_S}s or more says how busy the busiest is"
    yield f"Here 10× means {inputs.multiply_text(options)}."
    yield f"The test itself costs about {ahead.text()}, at prices of {inputs.at:%Y-%m-%d}."
    yield from (f"note: {note}" for note in (*inputs.notes, *inputs.settled()))


def plan_json(inputs: Inputs, ahead: Forecast, options: Options) -> str:
    """The same as one JSON object; money as decimal strings."""
    plan = {
        "scenario": inputs.scenario.name,
        "rungs": [_facts(rung) for rung in ahead.rungs],
        "meanings": [{"scale": scale} | row.model_dump() for scale, row in meanings(inputs, options)],
        "total_usd": None if ahead.usd is None else str(ahead.usd),
        "times_of": source(inputs.profile),
        "provenance": "assumed",
    }
    return json.dumps(plan, indent=1)


def meanings(inputs: Inputs, options: Options) -> Iterator[tuple[float, Fidelity]]:
    """The traffic at 1×, then what each meaning makes of every other scale."""
    for number, scale in enumerate(options.scales):
        original, *rows = fidelity(inputs.trace, scale, seed=inputs.seed, jitter_s=options.jitter_s)
        if not number:
            yield 1.0, original
        yield from ((scale, row) for row in rows if scale != 1)


def _facts(rung: RungForecast) -> dict[str, Any]:
    plain = {name: getattr(rung, name) for name in rung.__slots__}
    return plain | {"load": rung.load.model_dump(), "usd": None if rung.usd is None else str(rung.usd)}


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Two columns of names, then figures."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = enumerate(zip(row, widths, strict=True))
        yield "  " + "  ".join(cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in cells)


def _implied(scale: float, row: Fidelity) -> tuple[str, ...]:
    rates = (row.peak_sessions_1s, row.peak_rate_1s, row.peak_rate_60s)
    shown = ("–" if rate is None else f"{rate:.3g}" for rate in rates)
    return (scale_text(scale), row.meaning, *shown, seconds_text(row.wait_p99_s))


def _sent(rung: RungForecast) -> tuple[str, ...]:
    counts = (rung.sessions, rung.requests, rung.calls, rung.input_tokens, rung.output_tokens)
    return (
        scale_text(rung.scale),
        rung.strategy,
        *(count_text(count) for count in counts),
        usd_text(rung.usd),
    )


def _busy(rung: RungForecast) -> tuple[str, ...]:
    mean, peak = f"{rung.load.in_flight_mean:.3g}", count_text(rung.load.in_flight_peak)
    return scale_text(rung.scale), rung.strategy, mean, peak, str(rung.load.workers)
