"""The service runs out of capacity: it says so (503, 529), or answers wait longer and longer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import Outcome
from simulator.run.demand import lowest
from simulator.run.metrics import window
from simulator.run.rows import floats, of_rung
from simulator.run.rung import RungFigures
from simulator.units import scale_text, seconds_text, share_text
from simulator.verdicts.condition import Break, Evidence

REFUSED_SHARE = 0.001
GROWTH, GROWTH_S, LEAST_CALLS = 2.0, 0.5, 20
"""A queue: the median wait doubles and grows by half a second from the first to the last third of a rung."""

_CAPACITY = pa.array([Outcome.OVERLOADED.value, Outcome.UNAVAILABLE.value])


@dataclass(frozen=True, slots=True)
class _Sign:
    title: str
    evidence: str
    fix: str


def find(evidence: Evidence) -> Iterator[Break]:
    """Per strategy the first rung that shows it."""
    for strategy in evidence.strategies:
        held: float | None = None
        for rung in evidence.ladder(strategy):
            sign = _refusing(evidence.calls, rung) or _growing(evidence.calls, rung)
            if sign:
                yield _break(evidence, rung, sign, held)
                break
            held = rung.scale


def _break(evidence: Evidence, rung: RungFigures, sign: _Sign, held: float | None) -> Break:
    ceiling, at = rung.completed_rate or 0.0, _ceiling(evidence, rung, held)
    return Break(
        kind="queue",
        title=sign.title,
        strategy=rung.strategy,
        multiplier=at,
        low=held,
        high=rung.scale,
        provenance="measured",
        evidence=f"{sign.evidence}; {ceiling:.3g} answers a second were the most, {scale_text(round(at, 1))}",
        fix=sign.fix,
        verify=evidence.verify(rung.strategy, rung.scale),
    )


def _ceiling(evidence: Evidence, rung: RungFigures, held: float | None) -> float:
    """The multiple whose requests come as fast as the overloaded rung answered, between what held and what did not."""
    base = lowest(evidence.rungs, rung.strategy)
    if not base.offered_rate or not rung.completed_rate:
        return rung.scale
    return min(max(rung.completed_rate / base.offered_rate * base.scale, held or 0.0), rung.scale)


def _refusing(calls: pa.Table, rung: RungFigures) -> _Sign | None:
    mine = of_rung(calls, rung)
    refused = int(pc.sum(pc.is_in(mine["outcome"], value_set=_CAPACITY)).as_py() or 0)
    if refused <= REFUSED_SHARE * len(mine):
        return None
    return _Sign(
        title="the provider runs out of capacity",
        evidence=f"{share_text(refused / len(mine))} of the attempts at {scale_text(rung.scale)} got 503 or 529",
        fix="reserve capacity, or add a fallback on another provider: this is not your quota, more of it will not help",
    )


def _growing(calls: pa.Table, rung: RungFigures) -> _Sign | None:
    waits = _waits(of_rung(calls, rung), rung.planned_span_s)
    third = len(waits) // 3
    if third < LEAST_CALLS:
        return None
    first, last = float(np.median(waits[:third])), float(np.median(waits[-third:]))
    if last < GROWTH * first or last - first < GROWTH_S or not rung.completed_rate or not rung.offered_rate:
        return None
    factor, at = rung.offered_rate / rung.completed_rate, scale_text(rung.scale)
    return _Sign(
        title="answers wait longer and longer",
        evidence=f"at {at} the first token took {seconds_text(first)} in the first third of the rung "
        f"and {seconds_text(last)} in the last (medians, from the send): more comes in than is answered",
        fix=f"about {factor:.2g} times the capacity at {at}, or refuse early what cannot be answered",
    )


def _waits(calls: pa.Table, span_s: float) -> np.ndarray:
    """From the send to the first token, in the order of sending, within the steady window."""
    start, end = window(span_s)
    sent, first = floats(calls, "sent_at"), floats(calls, "first_token_at")
    steady = (sent >= start) & (sent < end) & ~np.isnan(first)
    order = np.argsort(sent[steady], kind="stable")
    return np.asarray((first - sent)[steady][order])
