"""New starts for sessions whose log has no clock, or whose clock is not wanted."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from simulator.traffic import keys
from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.poisson import Poisson
from simulator.traffic.imported import Import
from simulator.traffic.trace import TRACE, Trace
from simulator.units import seconds_text


def retimed(trace: Trace, arrivals: Arrivals, *, seed: int) -> Trace:
    """The same sessions in the same order on another clock; the window ends where one more would start."""
    at = trace.table.column("at")
    first = at.is_valid().to_numpy()
    order = np.argsort(at.drop_null().to_numpy(), kind="stable")
    times = _times(arrivals, len(order) + 1, seed=seed)
    starts = np.zeros(len(trace))
    starts[np.flatnonzero(first)[order]] = times[:-1]
    column = pa.array(starts, mask=~first)
    table = trace.table.set_column(TRACE.get_field_index("at"), TRACE.field("at"), column)
    return Trace(table, float(times[-1]))


def at_rate(found: Import, rate: float, *, seed: int) -> Import:
    """A log on a Poisson clock of `rate` sessions a second; its report says so in place of what it said of times."""
    trace = retimed(found.trace, Poisson(kind="poisson", rate=f"{rate!r}/s"), seed=seed)
    note = f"starts drawn at random at {rate:g} sessions/s, seed {seed}: span {seconds_text(trace.span_s)}"
    return Import(trace, replace(found.report, notes=[note]))


def _times(arrivals: Arrivals, count: int, *, seed: int) -> keys.Floats:
    """The first `count` starts."""
    span_s = 1.2 * count / arrivals.mean_rate + 1
    while len(times := arrivals.times(span_s, keys.stream(seed, "retime"))) < count:
        span_s *= 2
    return times[:count]
