"""A piece of a trace: the sessions that start within a span, with all their turns, on a clock that starts there."""

import pyarrow as pa
import pyarrow.compute as pc

from simulator.errors import BadInput
from simulator.traffic.trace import TRACE, Trace
from simulator.units import seconds_text


def cut(trace: Trace, start_s: float, end_s: float) -> Trace:
    """Sessions whose first turn is due in [start_s, end_s), seconds from the trace's start; whole sessions only.

    The piece spans `end_s` − `start_s`, or up to the trace's own end. Raises `BadInput` for an empty span.
    """
    whole = f"the trace spans {seconds_text(trace.span_s)}"
    if start_s >= trace.span_s:
        raise BadInput(f"nothing starts at {seconds_text(start_s)}; {whole}")
    end_s = min(end_s, trace.span_s)
    if not 0 <= start_s < end_s:
        raise BadInput(f"no time between {seconds_text(start_s)} and {seconds_text(end_s)}; {whole}")
    starts = trace.starts()
    kept = trace.table.filter(pa.array((starts >= start_s) & (starts < end_s)))
    at = pc.subtract(kept.column("at"), float(start_s))
    moved = kept.set_column(TRACE.get_field_index("at"), TRACE.field("at"), at)
    return Trace(moved, end_s - start_s, None if trace.epoch_s is None else trace.epoch_s + start_s)
