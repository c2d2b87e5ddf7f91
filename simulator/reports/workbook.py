"""report.xlsx: the bill and the month as live formulas, so that finance can turn an assumption and watch the sum."""

from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.reports.headline import headline
from simulator.reports.sheets import (
    assumptions,
    bands,
    bill,
    checks,
    evidence,
    overview,
    prices,
    projection,
    strategies,
)
from simulator.reports.sheets.sheet import Formula, Sheet, looks
from simulator.summary import Summary

WIDTHS = {
    "Overview": (44, 10, 16, 20, 16, 12, 16, 60),
    "Assumptions": (34, 62, 60, 18),
    "Prices": (26, 24, 18, 14, 18, 14, 16, 50, 24),
    "Bill": (9, 26, 11, 26, 16, 18, 20, 16, 18, 18),
    "Projection": (10, 9, 26, 16, 18, 9, 14, 16, 18, 16, 16, 16, 12, 16, 40),
    "Bands": (10, 26, 26, 16, 16, 16, 14, 14, 16, 14),
    "Strategies": (9, 26, 16, 10, 10, 18, 12, 12, 10, 10, 12, 12, 12, 12, 12, 12, 12, 12),
    "Checks": (52, 18, 18, 18, 18, 14),
    "Evidence": (40, 34, 16, 16, 16, 16, 16, 16, 16, 16),
}


def write(summary: Summary, path: Path) -> None:
    """The workbook as a file; the same summary gives the same bytes."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(_properties(summary))
        book.set_calc_mode("auto")
        formats = looks(book)
        _fill({name: Sheet(book, name, widths, formats) for name, widths in WIDTHS.items()}, summary)


def _fill(sheets: dict[str, Sheet], summary: Summary) -> None:
    """In the order in which sheets refer to one another."""
    assumptions.write(sheets["Assumptions"], summary)
    in_force = prices.write(sheets["Prices"], summary)
    rungs = bill.write(sheets["Bill"], summary, in_force)
    months = projection.write(sheets["Projection"], summary, rungs)
    bands.write(sheets["Bands"], summary)
    strategies.write(sheets["Strategies"], summary, rungs)
    checked = checks.write(sheets["Checks"], summary, rungs=rungs, months=months)
    hold = Formula(checked, checks.delivered(summary), "text")
    overview.write(sheets["Overview"], summary, months=months, checks=hold)
    evidence.write(sheets["Evidence"], summary)


def _properties(summary: Summary) -> dict[str, Any]:
    """Dated by the run, not by the writing of the file: the same figures, the same bytes."""
    return {
        "title": f"{headline(summary).word}: {summary.run.scenario}",
        "subject": summary.run.id,
        "comments": headline(summary).trust,
        "created": datetime.fromisoformat(summary.run.started_at).replace(tzinfo=None),
    }
