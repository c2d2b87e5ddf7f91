"""More answers in flight than one client process holds connections."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import HUMAN
from simulator.run.demand import lowest
from simulator.run.rows import floats, of_rung
from simulator.units import scale_text
from simulator.verdicts.condition import Break, Evidence

POOL = 1000
"""Default of the OpenAI and Anthropic Python SDKs (`max_connections` of their HTTP client)."""


def find(evidence: Evidence) -> Iterator[Break]:
    """Pool ÷ peak in flight at the smallest scale; at the same latency, in flight grows with the traffic."""
    for strategy in evidence.strategies:
        rung = lowest(evidence.rungs, strategy)
        peak = peak_in_flight(of_rung(evidence.calls, rung))
        at = POOL / peak * rung.scale if peak else None
        if at is not None and at < evidence.horizon:
            target = evidence.target_scale(at)
            yield Break(
                kind="queue",
                title=f"a client's pool of {POOL:,} connections is full",
                strategy=strategy,
                multiplier=at,
                provenance="assumed",
                evidence=f"{peak} calls in flight at most at {scale_text(rung.scale)}; "
                f"the vendors' SDKs open {POOL:,} connections a process and then wait without saying so",
                fix=f"for {scale_text(target)}, {int(np.ceil(target / at))} client processes or a larger pool",
                verify=None,
            )


def peak_in_flight(calls: pa.Table) -> int:
    """Most attempts between their send and their end at one time."""
    calls = calls.filter(pc.not_equal(calls["purpose"], HUMAN))  # a person holds no connection
    sent, ended = floats(calls, "sent_at"), floats(calls, "ended_at")
    known = ~(np.isnan(sent) | np.isnan(ended))
    times = np.concatenate([ended[known], sent[known]])  # an end and a send at the same time are not both in flight
    steps = np.concatenate([np.full(known.sum(), -1), np.full(known.sum(), 1)])
    return int(np.cumsum(steps[np.argsort(times, kind="stable")]).max(initial=0))
