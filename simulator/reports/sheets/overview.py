"""The first sheet: the verdict, how far the run can be trusted, and the month that follows the inputs."""

from simulator.reports.headline import headline
from simulator.reports.sheets.projection import delivered as bound_of
from simulator.reports.sheets.sheet import Formula, Number, Sheet
from simulator.reports.tables.breaks import first, multiplier_text
from simulator.reports.tables.months import headline_month
from simulator.spend.projection import MonthCost
from simulator.summary import Summary


def write(sheet: Sheet, summary: Summary, *, months: list[tuple[MonthCost, int]], checked: str, delivered: str) -> None:
    """`checked` is the address of the sum of Checks, `delivered` what it says as written."""
    found = headline(summary)
    sheet.title(f"{found.word}: {summary.run.scenario}", found.sentence)
    sheet.put(found.trust, look="text" if found.trusted else "warn")
    for caution in found.cautions:
        sheet.put(caution, look="warn")
    sheet.put("Sums and formulas agree with the run:", None, None, Formula(checked, delivered, "text"))
    sheet.gap()
    _months(sheet, summary, months)
    sheet.gap()
    sheet.heads("The three things that break first", "", "", "from", "evidence")
    for one in first(summary):
        sheet.put(f"{one.title} ({one.strategy})", None, None, f"{multiplier_text(one)} {one.provenance}", one.evidence)


def _months(sheet: Sheet, summary: Summary, months: list[tuple[MonthCost, int]]) -> None:
    named = headline_month(summary)
    sheet.heads(
        f"The month {named}" if named else "No projection", "scale", "P10", "P50", "P90", "budget", "provenance"
    )
    for month, row in months:
        if month.month == named:
            bounds = (month.p10, month.p90)
            low, high = (
                Number("no interval", "text")
                if bound is None or not month.p50
                else Formula(f"Projection!{column}{row}", bound_of(month, bound))
                for column, bound in zip("JL", bounds, strict=True)
            )
            sheet.put(
                month.strategy,
                Number(month.scale, "scale"),
                low,
                Formula(f"Projection!K{row}", month.requests * month.per_request),
                high,
                Formula(f"Projection!M{row}", month.over_budget, "text"),
                month.provenance,
            )
