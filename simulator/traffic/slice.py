"""A piece of a trace: the sessions that start within a span, with all their turns, on a clock that starts there."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.errors import BadInput
from simulator.traffic.trace import Trace


def cut(trace: Trace, start_s: float, end_s: float) -> Trace:
    """Sessions whose first turn is due in [start_s, end_s), seconds from the trace's start; whole sessions only.

    The piece spans `end_s` − `start_s`, or up to the trace's own end. Raises `BadInput` for an empty span.
    """
    end_s = min(end_s, trace.span_s)
    if not 0 <= start_s < end_s:
        raise BadInput(f"no time between {start_s:g} s and {end_s:g} s; the trace spans {trace.span_s:g} s")
    table = trace.table
    starts = table.filter(pc.is_valid(table["at"])).group_by("session_id").aggregate([("at", "min")])
    inside = starts.filter(pc.and_(pc.greater_equal(starts["at_min"], start_s), pc.less(starts["at_min"], end_s)))
    kept = table.filter(pc.is_in(table["session_id"], value_set=inside["session_id"].combine_chunks()))
    at = np.asarray(kept["at"].to_numpy(zero_copy_only=False), dtype=np.float64) - start_s
    moved = pa.array(at, pa.float64(), from_pandas=True)
    return Trace(kept.set_column(kept.column_names.index("at"), kept.schema.field("at"), moved), end_s - start_s)
