"""What each meaning of "10×" does to traffic: the same factor, twenty-fold apart in peaks and queues."""

from heapq import heapify, heapreplace

import numpy as np
import numpy.typing as npt

from simulator.figures import Figures
from simulator.traffic import shape
from simulator.traffic.info import Info, of_trace
from simulator.traffic.keys import Floats
from simulator.traffic.multiply import MEANINGS, multiply
from simulator.traffic.trace import Trace

BASE_S, PER_OUTPUT_S, PER_INPUT_S = 0.3, 0.012, 0.00005
"""A typical answer's time for the queueing estimate: a fixed part, per output token and per input token."""
UTILISATION = 0.6
"""How full the imagined endpoint is at 1×; its slots grow with the factor, so any extra wait is the meaning's doing."""


class Fidelity(Figures):
    """One way to multiply, beside the original."""

    meaning: str
    """`original`, or clone, independent, worst, compress."""
    says: str
    requests: int
    span_s: float
    peak_sessions_1s: float | None
    """Most sessions that start within one second."""
    peak_rate_1s: float | None
    peak_rate_60s: float | None
    peak_of_mean_60s: float | None
    """Fullest minute ÷ mean rate: 1 is flat."""
    cv: float | None
    dispersion_1s: float | None
    dispersion_60s: float | None
    wait_p99_s: float | None
    """99th percentile of waiting for a slot, where an endpoint grows as the factor does; to compare, not to predict."""


def fidelity(trace: Trace, scale: float, *, seed: int, jitter_s: float | None = None) -> list[Fidelity]:
    """The original, then every meaning at `scale`."""
    slots = _slots(trace)
    rows = [_row("original", "the trace at 1×", trace, slots)]
    for meaning, says in MEANINGS.items():
        found = multiply(trace, scale, meaning=meaning, seed=seed, jitter_s=jitter_s)
        rows.append(_row(meaning, says, found, max(1, round(slots * scale))))
    return rows


def _row(meaning: str, says: str, trace: Trace, slots: int) -> Fidelity:
    found, starts = of_trace(trace), np.sort(trace.table.column("at").drop_null().to_numpy())
    return Fidelity(
        meaning=meaning,
        says=says,
        requests=found.rows,
        span_s=found.span_s,
        peak_sessions_1s=shape.peak_rate(starts, 1.0, trace.span_s),
        peak_rate_1s=found.peak_rate["1s"],
        peak_rate_60s=found.peak_rate["60s"],
        peak_of_mean_60s=_peak_of_mean(found),
        cv=found.cv,
        dispersion_1s=found.dispersion["1s"],
        dispersion_60s=found.dispersion["60s"],
        wait_p99_s=_wait_p99(trace, slots),
    )


def _peak_of_mean(found: Info) -> float | None:
    peak = found.peak_rate["60s"]
    return None if peak is None else peak / found.mean_rate


def _service(trace: Trace) -> Floats:
    sent, answered = (trace.table.column(name).to_numpy() for name in ("input_tokens", "output_tokens"))
    return np.asarray(BASE_S + PER_OUTPUT_S * answered + PER_INPUT_S * sent)


def _slots(trace: Trace) -> int:
    """Answers under way at once, on average, over the wanted utilisation."""
    return max(1, int(np.ceil(_service(trace).sum() / trace.span_s / UTILISATION)))


def _wait_p99(trace: Trace, slots: int) -> float | None:
    """First come, first served, by `slots` servers."""
    if not len(trace):
        return None
    clock, service = trace.clock(), _service(trace)
    order: npt.NDArray[np.int64] = np.argsort(clock, kind="stable")
    free = [0.0] * slots
    heapify(free)
    waits = []
    for at, lasts in zip(clock[order].tolist(), service[order].tolist(), strict=True):
        begins = max(at, free[0])
        heapreplace(free, begins + lasts)
        waits.append(begins - at)
    return float(np.quantile(waits, 0.99))
