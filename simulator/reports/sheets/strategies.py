"""Strategies beside the baseline: the saving as a formula over the live bills, its parts as the run computed them."""

from decimal import Decimal

from simulator.comparison import Contender
from simulator.reports.sheets.bill import Rung
from simulator.reports.sheets.sheet import Cell, Formula, Number, Sheet
from simulator.reports.table import unjudged
from simulator.reports.tables.strategies import PARTS
from simulator.summary import Summary


def write(sheet: Sheet, summary: Summary, rungs: dict[Rung, str]) -> None:
    """One row per strategy and scale."""
    sheet.title(
        "Strategies",
        "The saving per answered request follows the inputs; the reported one and its parts are of the run as priced.",
        *unjudged(summary),
    )
    sheet.heads(
        "scale",
        "strategy",
        "live cost of the test",
        "answered",
        "planned",
        "live cost per answered",
        "saves per answered",
        "saves, as reported",
        "low",
        "high",
        *(meaning for _, meaning, _ in PARTS),
        "response p95",
        "TTFT p95",
        "not answered, of due",
        freeze=True,
    )
    baselines = _baseline_rows(summary, sheet.row)
    for contender in summary.comparison.contenders:
        sheet.put(*_row(summary, contender, sheet.row + 1, rungs=rungs, baseline=baselines.get(contender.scale)))


def _baseline_rows(summary: Summary, above: int) -> dict[float, tuple[Contender, int]]:
    rows = enumerate(summary.comparison.contenders, above + 1)
    return {one.scale: (one, row) for row, one in rows if one.strategy == one.baseline}


def _row(
    summary: Summary, one: Contender, row: int, *, rungs: dict[Rung, str], baseline: tuple[Contender, int] | None
) -> tuple[Cell, ...]:
    total = one.saving.total if one.saving else None
    parts = [getattr(one.saving, field) if one.saving else None for field, _, _ in PARTS]
    shown = [Number("baseline", "text")] * 3 if one.strategy == one.baseline else [Number(None)] * 3
    return (
        Number(one.scale, "scale"),
        one.strategy,
        _cost(summary, one, rungs),
        Number(one.answered, "count"),
        Number(one.planned, "count"),
        Number(None) if _per(one) is None else Formula(f"C{row}/D{row}", _per(one), "usd-fine"),
        _saved(one, row, baseline),
        *([Number(bound, "share") for bound in (total.value, total.low, total.high)] if total else shown),
        *(Number("" if one.saving is None else part, "share") for part in parts),
        Number(one.response_p95, "seconds"),
        Number(one.first_token_p95, "seconds"),
        Number(one.error_share, "share"),
    )


def _cost(summary: Summary, one: Contender, rungs: dict[Rung, str]) -> Cell:
    """The sum of the rung's replicates; a value where they do not add up to the contender's cost."""
    own = [cost for cost in summary.costs if (cost.scale, cost.strategy) == (one.scale, one.strategy)]
    known = [cost.total for cost in own if cost.total is not None]
    if one.cost is None or sum(known, Decimal(0)) != one.cost:
        return Number(one.cost)
    return Formula("+".join(rungs[cost.scale, cost.strategy, cost.replicate] for cost in own), one.cost)


def _per(one: Contender) -> Decimal | None:
    return one.cost / one.answered if one.cost is not None and one.answered else None


def _saved(one: Contender, row: int, baseline: tuple[Contender, int] | None) -> Cell:
    if one.strategy == one.baseline:
        return "baseline"
    paid, base = _per(one), _per(baseline[0]) if baseline else None
    if baseline is None or paid is None or not base:
        return Number(None)
    return Formula(f"1-F{row}/F{baseline[1]}", 1 - paid / base, "share")
