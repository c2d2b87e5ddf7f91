"""Were the answers as long as the scenario planned, and the prompts as long as they were sent?

A month is priced by what was measured. Where a target writes other lengths than the launch expects, or reports another
prompt than it was sent, that month is not the planned one, and a reader must be told.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import ANSWERED
from simulator.figures import Figures
from simulator.run.rows import floats, origins
from simulator.traffic.trace import Trace


class Lengths(Figures):
    """Tokens of one strategy's served answers at all scales, means: as the trace plans them and as was reported."""

    strategy: str
    answers: int
    planned_input_tokens: float
    input_tokens: float
    planned_output_tokens: float
    output_tokens: float
    """Without reasoning, which no plan holds."""


def lengths(calls: pa.Table, trace: Trace) -> list[Lengths]:
    """A strategy an entry, in the rows' order; none for one without an answer whose tokens are known."""
    kept = pc.and_(calls["served"], pc.equal(calls["purpose"], "answer"))
    kept = pc.and_(kept, pc.is_in(calls["outcome"], pa.array(sorted(ANSWERED))))
    kept = pc.and_(kept, pc.and_(pc.is_valid(calls["input_tokens"]), pc.is_valid(calls["output_tokens"])))
    return list(_by_strategy(calls.filter(kept), trace))


def _by_strategy(calls: pa.Table, trace: Trace) -> Iterator[Lengths]:
    rows = pc.index_in(_keys(origins(calls), calls), value_set=_keys(trace.table["session_id"], trace.table))
    known = pc.is_valid(rows)
    calls, rows = calls.filter(known), rows.drop_null()
    beside = {
        "planned_input_tokens": floats(trace.table.take(rows), "input_tokens"),
        "input_tokens": floats(calls, "input_tokens"),
        "planned_output_tokens": floats(trace.table.take(rows), "output_tokens"),
        "output_tokens": floats(calls, "output_tokens") - np.nan_to_num(floats(calls, "reasoning_tokens")),
    }
    strategies = calls["strategy"].to_numpy(zero_copy_only=False)
    for name in dict.fromkeys(strategies.tolist()):
        own = strategies == name
        means = {figure: float(values[own].mean()) for figure, values in beside.items()}
        yield Lengths(strategy=name, answers=int(own.sum()), **means)


def _keys(sessions: pa.Array | pa.ChunkedArray, table: pa.Table) -> pa.ChunkedArray:
    """Session and turn: what a copy shares with the request that it copies."""
    return pc.binary_join_element_wise(sessions, pc.cast(table["turn"], pa.string()), "/")
