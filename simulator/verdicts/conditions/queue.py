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
        shown = _first(evidence, strategy)
        if shown is not None:
            yield _break(evidence, shown)


def ceiling(evidence: Evidence, strategy: str) -> float | None:
    """The multiple at which a strategy meets the capacity of its service; None where no rung showed one."""
    shown = _first(evidence, strategy)
    return None if shown is None else shown.ceiling(evidence)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The first rung that shows a sign, and the scale that still held."""

    rung: RungFigures
    sign: _Sign
    held: float | None

    def ceiling(self, evidence: Evidence) -> float:
        """The multiple whose requests come as fast as the overloaded rung answered; it lies between both rungs."""
        base, answered = lowest(evidence.rungs, self.rung.strategy), self.rung.completed_rate
        if not base.offered_rate or not answered:
            return self.rung.scale
        return min(max(answered / base.offered_rate * base.scale, self.held or 0.0), self.rung.scale)


def _first(evidence: Evidence, strategy: str) -> _Shown | None:
    held: float | None = None
    for rung in evidence.ladder(strategy):
        sign = _refusing(evidence.calls, rung) or _growing(evidence.calls, rung)
        if sign:
            return _Shown(rung, sign, held)
        held = rung.scale
    return None


def _break(evidence: Evidence, shown: _Shown) -> Break:
    rung, at = shown.rung, shown.ceiling(evidence)
    most = f"{rung.completed_rate or 0.0:.3g} answers a second were the most, {scale_text(round(at, 1))}"
    return Break(
        kind="queue",
        title=shown.sign.title,
        strategy=rung.strategy,
        multiplier=at,
        low=shown.held,
        high=rung.scale,
        provenance="measured",
        evidence=f"{shown.sign.evidence}; {most}",
        fix=shown.sign.fix,
        verify=evidence.verify(rung.strategy, rung.scale),
    )


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
