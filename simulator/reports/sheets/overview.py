"""The first sheet: the verdict, how far the run can be trusted, and the month that follows the inputs."""

from decimal import Decimal

from simulator.reports.headline import headline
from simulator.reports.sheets.projection import delivered, held, plan
from simulator.reports.sheets.sheet import Cell, Formula, Number, Sheet
from simulator.reports.tables.breaks import first, multiplier_text
from simulator.reports.tables.months import headline_month
from simulator.spend.projection import MonthCost
from simulator.summary import Summary


def write(sheet: Sheet, summary: Summary, *, months: list[tuple[MonthCost, int]], checks: Formula) -> None:
    """`checks` says whether all of them hold."""
    found = headline(summary)
    sheet.title(f"{found.word}: {summary.run.scenario}")
    for sentence in filter(None, (found.money, found.sentence)):
        sheet.say(sentence)
    sheet.say(found.trust, "wrapped" if found.trusted else "warn-wrapped")
    for caution in found.cautions:
        sheet.say(caution, "warn-wrapped")
    sheet.put("Sums and formulas agree with the run:", None, None, checks)
    sheet.gap()
    rows = _months(sheet, summary, months)
    sheet.gap()
    sheet.heads("The three things that break first", "", "", "from", "provenance", "", "", "evidence")
    for one in first(summary):
        what = (f"{one.title} ({one.strategy})", None, None, multiplier_text(one), one.provenance)
        sheet.put(*what, None, None, one.evidence, look="wrapped")
    if rows:
        _chart(sheet, rows, f"The month {headline_month(summary)}, P50 in US dollars by traffic scale")


def _months(sheet: Sheet, summary: Summary, months: list[tuple[MonthCost, int]]) -> dict[str, list[int]]:
    """The month that reports lead with, live; returns its rows by strategy."""
    named = headline_month(summary)
    sheet.heads(
        f"The month {named}" if named else "No projection", "scale", "P10", "P50", "P90", "budget", "provenance"
    )
    rows: dict[str, list[int]] = {}
    for month, row in months:
        if month.month == named:
            rows.setdefault(month.strategy, []).append(sheet.put(*_month(month, row)))
    return rows


def _month(month: MonthCost, row: int) -> tuple[Cell, ...]:
    return (
        month.strategy,
        Number(month.scale, "scale"),
        _bound(month, month.p10, f"Projection!J{row}"),
        Formula(f"Projection!K{row}", plan(month)),
        _bound(month, month.p90, f"Projection!L{row}"),
        Formula(f"Projection!M{row}", held(month), "text"),
        month.provenance,
    )


def _bound(month: MonthCost, bound: Decimal | None, place: str) -> Cell:
    if bound is None or not month.p50:
        return Number("no interval", "text")
    return Formula(place, delivered(month, bound))


def _chart(sheet: Sheet, rows: dict[str, list[int]], title: str) -> None:
    """Follows the inputs, as the cells do; logarithmic, because the scales are."""
    chart = sheet.book.add_chart({"type": "column"})
    for strategy, own in rows.items():
        scales, values = (f"={sheet.name}!${column}${own[0]}:${column}${own[-1]}" for column in "BD")
        chart.add_series({"name": strategy, "categories": scales, "values": values})
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_y_axis({"log_base": 10, "num_format": "$#,##0", "major_gridlines": {"visible": True}})
    chart.set_size({"width": 620, "height": 300})
    sheet.page.insert_chart(sheet.row + 1, 0, chart)
