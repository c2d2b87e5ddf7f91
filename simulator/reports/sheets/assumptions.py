"""The inputs that a reviewer may turn, with a name each; and the register of what was assumed."""

from decimal import Decimal

from simulator.reports.sheets.sheet import Input, Sheet
from simulator.reports.tables.registers import assumptions
from simulator.summary import Summary

INPUTS = (
    ("traffic_factor", "Traffic beside the plan", "1 = the requests that the projection plans; 1.2 = a fifth more"),
    ("input_factor", "Input tokens beside the test", "1 = as measured; cached input follows"),
    ("output_factor", "Output tokens beside the test", "1 = as measured"),
    ("discount", "Discount on every list price", "0 % = list; a discount per price stands on Prices"),
)
"""Defined name, meaning, unit. All neutral as delivered, so that every formula gives what the report says."""
NEUTRAL = {name: Decimal(0) if name == "discount" else Decimal(1) for name, _, _ in INPUTS}


def write(sheet: Sheet, summary: Summary) -> None:
    """Names are the workbook's: `traffic_factor` in any formula."""
    sheet.title(
        "Assumptions",
        "Blue cells are inputs: change them and Bill, Projection and Strategies follow. Everything else is computed.",
        "US dollars before tax, at the prices that the run was billed at.",
        "Spreadsheets calculate in floating point; summary.json is exact.",
    )
    sheet.heads("input", "value", "what it means", "name in formulas")
    for name, meaning, unit in INPUTS:
        look = "share" if name == "discount" else "number"
        row = sheet.put(meaning, Input(NEUTRAL[name], look), unit, name)
        sheet.book.define_name(name, f"={sheet.address(row, 'B')}")
    _budget(sheet, summary)
    sheet.gap()
    register = assumptions(summary)
    sheet.heads("assumption", "value", "source", "provenance")
    for cells in register.rows:
        sheet.put(*(cell.text for cell in cells))


def _budget(sheet: Sheet, summary: Summary) -> None:
    """The month's budget; left empty, Projection says that there is none."""
    budgets = {month.budget for month in summary.projection.months} - {None}
    cell = Input(budgets.pop()) if len(budgets) == 1 else Input("", "text")
    row = sheet.put("Budget of a month", cell, "US dollars; empty = no budget", "budget")
    sheet.book.define_name("budget", f"={sheet.address(row, 'B')}")
