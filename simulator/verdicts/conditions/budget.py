"""The month costs more than the budget: the multiple of its usage that the budget still pays, under its contracts."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.contracted import usage_within
from simulator.spend.month import MonthCost
from simulator.units import scale_text, share_text, usd_text
from simulator.verdicts.condition import Break, Evidence


def find(evidence: Evidence) -> Iterator[Break]:
    """Per strategy, its dearest projected month at the smallest projected scale."""
    for strategy in evidence.strategies:
        own = [month for month in evidence.projection.months if month.strategy == strategy and month.budget]
        if own:
            least = min(month.scale for month in own)
            worst = max((month for month in own if month.scale == least), key=lambda month: month.p50)
            found = _break(evidence, worst)
            if found and (found.multiplier or 0) <= evidence.horizon:
                yield found


def _break(evidence: Evidence, month: MonthCost) -> Break | None:
    if not month.budget or not month.p50:
        return None
    at, low, high = _multiplier(month), _bound(month, month.p90), _bound(month, month.p10)
    target = evidence.target_scale(at or 1.0)
    wanted = month.plan_at(target)
    return Break(
        kind="budget",
        title=f"the budget of {usd_text(month.budget)} a month is spent",
        strategy=month.strategy,
        multiplier=at,
        low=low,
        high=high,
        provenance="extrapolated",
        evidence=f"{month.month} costs {usd_text(month.p50)} at {scale_text(month.scale)}{_spread(month)}",
        costs=f"{usd_text(wanted)} a month at {scale_text(target)}",
        fix=f"for {scale_text(target)}, a budget of {usd_text(wanted)} or {_less(at, target)}",
        verify=evidence.verify(month.strategy, 1.0),
    )


def _less(at: float, target: float) -> str:
    if not at:
        return "another contract: its minimum alone costs more than the budget"
    return f"sessions that cost {share_text(1 - at / target)} less: cheaper models, shorter answers, caching"


def _multiplier(month: MonthCost) -> float:
    """0 where the minimum of a contract alone costs more than the budget."""
    paid = usage_within(month.budget or Decimal(0), month.contracts) if month.contracts else month.budget
    return month.scale * float((paid or Decimal(0)) / month.usage)


def _bound(month: MonthCost, cost: Decimal | None) -> float | None:
    """Budget ÷ cost; what lies within a contract's minimum cannot be told from it."""
    return None if not cost or not month.budget or month.contracts else month.scale * float(month.budget / cost)


def _spread(month: MonthCost) -> str:
    return f" (P10 {usd_text(month.p10)}, P90 {usd_text(month.p90)})" if month.p10 is not None else ""
