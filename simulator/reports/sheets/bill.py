"""The bill of the test as formulas: quantity × price in force, line by line, and the sum of each rung."""

from decimal import Decimal

from simulator.reports.sheets.prices import Key, key_of
from simulator.reports.sheets.sheet import Cell, Formula, Number, Sheet
from simulator.reports.tables.spend import in_order
from simulator.spend.bill import LineItem, RungCost
from simulator.summary import Summary

Rung = tuple[float, str, int]
MILLION = 1_000_000


def factor(meter: str) -> str:
    """The input that scales a meter: tokens in, tokens out, or none for what is charged per call."""
    if meter.startswith(("output", "reasoning")):
        return "output_factor"
    return "input_factor" if meter.startswith(("input", "cache")) else "1"


def write(sheet: Sheet, summary: Summary, prices: dict[Key, str]) -> dict[Rung, str]:
    """The address of each rung's live total. A rung whose calls have no price at all stays unknown."""
    sheet.title(
        "Bill of the test",
        "Quantities are measured; dollars follow Prices and Assumptions. What has no price is counted, never $0.",
    )
    sheet.heads(
        "scale",
        "strategy",
        "replicate",
        "total as billed",
        "live total",
        "answered",
        "live per answered",
        "unpriced calls",
    )
    top = sheet.row
    first = top + len(summary.costs) + 3
    lines = f"${{column}}${first}:${{column}}${first + max(len(summary.items), 1) - 1}"
    rungs = (*summary.rungs, *summary.matrix)
    answered = {(one.scale, one.strategy, one.replicate): one.settled.get("answered", 0) for one in rungs}
    places = {}
    for cost in in_order(summary):
        rung = (cost.scale, cost.strategy, cost.replicate)
        places[rung] = sheet.address(sheet.row + 1, "E")
        sheet.put(*_rung(cost, sheet.row + 1, lines, answered.get(rung, 0), live=bool(summary.items)))
    sheet.gap()
    sheet.heads(
        "scale", "strategy", "replicate", "model", "purpose", "outcome", "meter", "quantity", "price in force", "cost"
    )
    for item in summary.items:
        sheet.put(*_line(item, sheet.row + 1, prices))
    return places


def _rung(cost: RungCost, row: int, lines: str, answered: int, *, live: bool) -> tuple[Cell, ...]:
    ranges = {column: lines.format(column=column) for column in "ABCJ"}
    # Not SUMIFS: a strategy named `<5` or `a*` would be taken for a condition.
    same = f"({ranges['A']}=A{row})*EXACT({ranges['B']},B{row})*({ranges['C']}=C{row})"
    sums = f"SUMPRODUCT({same}*{ranges['J']})"
    total = Formula(sums, cost.total) if live and cost.total is not None else Number(cost.total)
    per = cost.total / answered if answered and cost.total is not None else None
    return (
        Number(cost.scale, "scale"),
        cost.strategy,
        Number(cost.replicate, "count"),
        Number(cost.total, "usd-fine"),
        total,
        Number(answered, "count"),
        Number(None) if per is None else Formula(f"E{row}/F{row}", per, "usd-fine"),
        Number(cost.unpriced_calls, "count"),
    )


def _line(item: LineItem, row: int, prices: dict[Key, str]) -> tuple[Cell, ...]:
    return (
        Number(item.scale, "scale"),
        item.strategy,
        Number(item.replicate, "count"),
        item.model,
        item.purpose,
        item.outcome,
        item.meter,
        Number(item.quantity, "count"),
        Formula(prices[key_of(item)], item.usd_per_million, "usd-fine"),
        Formula(f"H{row}*{factor(item.meter)}*I{row}/{MILLION}", item.cost, "usd-fine"),
    )


def exact_total(summary: Summary) -> Decimal:
    """The sum of the lines, which Checks holds against the total."""
    return sum((item.cost for item in summary.items), Decimal(0))
