"""How much a rung asks of the endpoint and of this machine at once, from planned times alone. All of it is assumed."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from simulator.figures import Figures
from simulator.provider.profile import Profile
from simulator.traffic.fidelity import BASE_S, PER_INPUT_S, PER_OUTPUT_S
from simulator.traffic.keys import Floats
from simulator.traffic.request import Request

CPU_S_PER_CALL, CPU_S_PER_TOKEN = 0.001, 0.000_016
"""CPU of the generator: `tenfold selfcheck`, November 2026, one of two busy cores, 40 streams a second, took 0.9 ms a
request for answers of 1 token, 2.1 ms for 64 and 4.5 ms for 256; rounded up."""
BUSY = 0.5
"""Share of a core that a generator process may use in its busiest second: beyond that pauses become send lag."""


class Load(Figures):
    """One rung, if every answer takes its planned time and nobody is refused."""

    in_flight_mean: float
    """Requests being served, averaged over the span."""
    in_flight_peak: int
    cpu_peak: float
    """Cores that the generator needs in the busiest second."""
    workers: int
    """Locust processes that keep each below half a core, as in `--processes`."""


def load(
    sessions: Sequence[Sequence[Request]], calls: Sequence[Mapping[str, Any]], *, profile: Profile | None, span_s: float
) -> Load:
    """Of one strategy's planned calls. Calls of a request follow one another; a turn follows the answer before it."""
    lasts: dict[str, float] = defaultdict(float)
    work: dict[str, float] = defaultdict(float)
    for call in calls:
        lasts[call["request_id"]] += answer_s(call, profile)
        work[call["request_id"]] += CPU_S_PER_CALL + CPU_S_PER_TOKEN * call["output_tokens"]
    spans = np.array([*_spans(sessions, lasts)]).reshape(-1, 2)
    within = np.clip(spans, 0.0, span_s)
    busy = np.bincount(spans[:, 0].astype(int), weights=[work[one.request_id] for rows in sessions for one in rows])
    cpu = float(busy.max(initial=0.0))
    return Load(
        in_flight_mean=float((within[:, 1] - within[:, 0]).sum() / span_s),
        in_flight_peak=_most_at_once(spans[:, 0], spans[:, 1]),
        cpu_peak=cpu,
        workers=max(1, math.ceil(cpu / BUSY)),
    )


def answer_s(call: Mapping[str, Any], profile: Profile | None) -> float:
    """Seconds of one call: as the profile's model takes when idle with a cold cache, else as a typical one does."""
    sent, answered = call["input_tokens"], call["output_tokens"]
    if profile is None or call["model"] not in profile.models:
        return float(BASE_S + PER_INPUT_S * sent + PER_OUTPUT_S * answered)
    model = profile.models[call["model"]]
    return float(model.first_token.base + model.first_token.prefill_s(sent) + model.per_token.step_s(1) * answered)


def source(profile: Profile | None) -> str:
    """Where the times come from, for people."""
    if profile is None:
        return f"a typical answer ({BASE_S:g} s + {PER_OUTPUT_S * 1000:g} ms a token)"
    return f"idle models of the profile {profile.name}"


def _spans(sessions: Sequence[Sequence[Request]], lasts: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """Start and end of every request, in the order of the sessions."""
    for rows in sessions:
        clock = rows[0].at or 0.0
        for one in rows:
            start = clock + one.think_s
            clock = start + lasts.get(one.request_id, 0.0)
            yield start, clock


def _most_at_once(starts: Floats, ends: Floats) -> int:
    if not len(starts):
        return 0
    times, steps = np.concatenate([starts, ends]), np.repeat([1, -1], len(starts))
    return int(np.cumsum(steps[np.lexsort((steps, times))]).max())
