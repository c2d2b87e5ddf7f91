"""The month as formulas: planned requests × cost per request × how far the bill of the measured rung was turned."""

from decimal import Decimal

from simulator.reports.sheets.bill import Rung
from simulator.reports.sheets.sheet import Cell, Formula, Number, Sheet
from simulator.reports.tables.months import beyond
from simulator.spend.contracted import ContractTerm, billed
from simulator.spend.projection import MonthCost
from simulator.summary import Summary

VERDICT = (
    'IF(budget="","no budget",IF(K{row}>budget,"over",'
    'IF(ISNUMBER(L{row}),IF(L{row}>budget,"at risk","within"),"no data")))'
)
HEADS = (
    "month",
    "scale",
    "strategy",
    "planned requests",
    "cost per request, as projected",
    "from rung",
    "its live bill beside its bill",
    "requests",
    "cost per request",
    "P10",
    "P50",
    "P90",
    "budget",
    "provenance",
    "note",
)


def write(sheet: Sheet, summary: Summary, rungs: dict[Rung, str]) -> list[tuple[MonthCost, int]]:
    """Each month with its row, for Checks."""
    sheet.title(
        "Projection",
        "P50 = planned requests × traffic_factor × cost per request × (live bill ÷ bill of the measured rung), "
        "then what contracts give back for volume or add to reach their minimum.",
        "P10 and P90 keep their distance from P50 in per cent (Bands has them as computed). 100× was never run.",
        "Later months carry the prices that will be in force then; a turned price moves them by the measured mix.",
    )
    sheet.heads(*HEADS, freeze=True)
    return [(month, sheet.put(*_row(summary, month, sheet.row + 1, rungs))) for month in summary.projection.months]


def _row(summary: Summary, month: MonthCost, row: int, rungs: dict[Rung, str]) -> tuple[Cell, ...]:
    return (
        month.month,
        Number(month.scale, "scale"),
        month.strategy,
        Number(month.requests, "count"),
        Number(month.per_request, "usd-fine"),
        Number(month.based_on_scale, "scale"),
        Formula(_turned(summary, month, rungs), 1, "number"),
        Formula(f"D{row}*traffic_factor", month.requests, "count"),
        Formula(f"E{row}*G{row}", month.per_request, "usd-fine"),
        _band(month, month.p10, row),
        Formula(_contracted(month, f"H{row}*I{row}"), plan(month)),
        _band(month, month.p90, row),
        Formula(VERDICT.format(row=row), held(month), "text"),
        f"{month.provenance}, beyond what was run" if beyond(summary, month.scale) else month.provenance,
        month.note or "",
    )


def held(month: MonthCost) -> str:
    """The month against its budget, in the words of `VERDICT`."""
    return "at risk" if month.over_budget == "risk" else month.over_budget


def _turned(summary: Summary, month: MonthCost, rungs: dict[Rung, str]) -> str:
    """Live total ÷ total of the rung whose sessions the month rests on; 1 where it has no known total."""
    based = (
        (cost, rungs[cost.scale, cost.strategy, cost.replicate])
        for cost in summary.costs
        if (cost.scale, cost.strategy) == (month.based_on_scale, month.strategy) and cost.total
    )
    cost, place = next(based, (None, ""))
    return f"{place}/{place.replace('$E$', '$D$')}" if cost else "1"


def plan(month: MonthCost) -> Decimal:
    """P50 as the formula gives it before any input is turned."""
    return billed(month.requests * month.per_request, month.contracts)


def _contracted(month: MonthCost, usage: str) -> str:
    """The usage with what each contract adds, as `ContractTerm.added` does."""
    return "+".join((usage, *(_added(term, f"({usage}*{term.share})") for term in month.contracts)))


def _added(term: ContractTerm, spend: str) -> str:
    bottoms = (Decimal(0), *(band.up_to for band in term.bands))
    back = "+".join(
        f"MAX({spend if band.up_to is None else f'MIN({spend},{band.up_to})'}-{bottom},0)*{band.discount}"
        for bottom, band in zip(bottoms, term.bands, strict=False)
    )
    return f"MAX({term.minimum}-({spend}-({back or 0})),0)-({back or 0})"


def _band(month: MonthCost, bound: Decimal | None, row: int) -> Cell:
    if bound is None or not month.p50:
        return Number("no interval", "text")
    return Formula(f"K{row}*{bound / month.p50}", delivered(month, bound))


def delivered(month: MonthCost, bound: Decimal) -> Decimal:
    """P10 or P90 as the formula gives it before any input is turned."""
    return plan(month) * (bound / month.p50)
