"""The month for a board: what it costs, how sure that is, whether the budget holds, and what moves it most."""

from datetime import date

from simulator.reports.tables.months import (
    UNPRICED,
    headline_costs,
    range_text,
    tornado_scale,
    without_month,
)
from simulator.spend.month import MonthCost
from simulator.summary import Summary
from simulator.units import scale_text, usd_text

_HOLDS = {"within": "within", "risk": "at risk of passing", "over": "over"}


def month_sentence(summary: Summary) -> str:
    """The baseline's month at the smallest scale and at the largest that was run; empty where nothing was projected."""
    own = sorted(_own(summary), key=lambda month: month.scale)
    if not own:
        unknown = f"The month of {summary.comparison.baseline} is unknown: {UNPRICED}."
        return unknown if summary.comparison.baseline in without_month(summary) else ""
    run = [month for month in own[1:] if month.scale <= max(summary.run.measured_scales, default=0)]
    shown = [own[0], *run[-1:]]
    costs = "; ".join(_cost(month) for month in shown)
    strategy, when = summary.comparison.baseline, date.fromisoformat(f"{own[0].month}-01")
    return f"{when:%B %Y} (strategy {strategy}) is expected to cost {costs}.{_mover(summary, strategy)}"


def _own(summary: Summary) -> list[MonthCost]:
    return [month for month in headline_costs(summary) if month.strategy == summary.comparison.baseline]


def _cost(month: MonthCost) -> str:
    sure = "no interval" if month.p10 is None else f"8 in 10: {range_text(month)}"
    return f"{usd_text(month.p50)} at {scale_text(month.scale)} ({sure}){_budget(month)}"


def _budget(month: MonthCost) -> str:
    if month.budget is None:
        return ""
    if month.over_budget not in _HOLDS:
        return f", too little to say whether the budget of {usd_text(month.budget)} holds"
    on = month.budget_spent_on
    spent = f" from {on.day} {on:%B} on" if on else ""
    return f", {_HOLDS[month.over_budget]} the budget of {usd_text(month.budget)}{spent}"


def _mover(summary: Summary, strategy: str) -> str:
    rows = summary.projection.tornado.get(strategy)
    if not rows:
        return ""
    top = max(rows, key=lambda row: abs(row.high - row.low))
    if top.high == top.low:
        bound = any(month.contracts for month in _own(summary))
        return " No assumption moves it" + (": it is the minimum of a contract." if bound else ".")
    ends = f"{usd_text(top.low)} at {top.low_label}, {usd_text(top.high)} at {top.high_label}"
    return f" What moves it most: {top.assumption} ({ends}, at {scale_text(tornado_scale(summary))})."
