"""Every sum that must agree, as a formula: in the file as delivered all of them say OK."""

from decimal import Decimal

from simulator.reports.sheets.assumptions import NEUTRAL
from simulator.reports.sheets.bill import Rung, exact_total
from simulator.reports.sheets.projection import plan
from simulator.reports.sheets.sheet import Cell, Formula, Number, Sheet
from simulator.spend.projection import MonthCost
from simulator.summary import Summary

CENT = Decimal("0.01")
TURNED = " + ".join(f"ABS({name}-{neutral})" for name, neutral in NEUTRAL.items())


def write(sheet: Sheet, summary: Summary, *, rungs: dict[Rung, str], months: list[tuple[MonthCost, int]]) -> str:
    """One row per check: what the workbook calculates, what the run says, how far they may differ.

    Returns the address of the one cell that says whether all hold.
    """
    sheet.title(
        "Checks",
        "The workbook against the run. Once an input is turned, formulas must differ: those rows then say so.",
    )
    first = sheet.row + 3
    count = 1 + 2 * bool(summary.items) + len(months)
    last = first + count - 1
    sheet.put(
        "All checks", Formula(f'IF(COUNTIF(F{first}:F{last},"DIFFERS")=0,"OK","DIFFERS")', delivered(summary), "text")
    )
    sheet.heads("check", "workbook", "run", "difference", "allowed", "result")
    settled = sum(summary.reconciliation.settled.values())
    _check(sheet, "planned requests = settled requests", Number(settled, "count"), summary.reconciliation.planned)
    if summary.items:
        known = "+".join(
            rungs[one.scale, one.strategy, one.replicate] for one in summary.costs if one.total is not None
        )
        total = exact_total(summary)
        _check(sheet, "sum of the bill's lines = total of the run", Formula(known or "0", total), summary.total_usd)
        _check(sheet, "total of the run = ledger", Number(summary.total_usd), summary.reconciliation.ledger_usd)
    for month, row in months:
        label = f"{month.month}, {month.scale:g}×, {month.strategy}: formula = P50"
        found = Formula(f"Projection!K{row}", plan(month))
        # Planned requests are whole in the workbook and are not in the projection: half a request may be between them.
        _check(sheet, label, found, month.p50, allowed=month.per_request / 2 + CENT)
    return sheet.address(first - 2, "B")


def _check(sheet: Sheet, label: str, found: Cell, expected: Decimal | int, *, allowed: Decimal = CENT / 10**6) -> None:
    row = sheet.row + 1
    value = found.value if isinstance(found, Formula | Number) else None
    apart = abs(Decimal(str(value)) - expected)
    word = "OK" if apart <= allowed else "DIFFERS"
    judged = f'IF(D{row}<=E{row},"OK",IF({TURNED}>0,"inputs turned","DIFFERS"))'
    sheet.put(
        label,
        found,
        Number(expected, "count" if isinstance(expected, int) else "usd"),
        Formula(f"ABS(B{row}-C{row})", apart, "usd-fine"),
        Number(allowed, "usd-fine"),
        Formula(judged, word, "text"),
    )


def delivered(summary: Summary) -> str:
    """What the file as delivered says: the same comparisons, exact."""
    total = exact_total(summary)
    apart = [abs(plan(month) - month.p50) - month.per_request / 2 - CENT for month in summary.projection.months]
    books = summary.reconciliation
    agree = (
        books.planned == sum(books.settled.values())
        and (not summary.items or total == summary.total_usd == books.ledger_usd)
        and all(difference <= 0 for difference in apart)
    )
    return "OK" if agree else "DIFFERS"
