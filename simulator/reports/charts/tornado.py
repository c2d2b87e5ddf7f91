"""Which assumption moves the month: each to its low and its high end, everything else held."""

from typing import Any

from simulator.reports.charts.axes import MAX_PANELS, money_axis, money_text, name_bars, part, say, short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import INK, SERIES
from simulator.reports.table import Cell, Column, Table
from simulator.reports.tables.months import tornado_scale
from simulator.spend.projection import Sensitivity
from simulator.summary import Summary
from simulator.units import scale_text, usd_text

SHOWN = 8
"""Assumptions drawn per strategy, the strongest; the table has all."""


def draw(summary: Summary) -> Chart | None:
    """None where no assumption was moved."""
    tornado = {strategy: rows for strategy, rows in summary.projection.tornado.items() if rows}
    if not tornado:
        return None
    title, description = _finding(summary, tornado), _description(summary, tornado)
    with style():
        picture = drawing(_figure(summary, tornado), key="tornado", title=title, description=description)
    return Chart("tornado", title, description, picture, _table(tornado), ("extrapolated", "assumed"))


def span(row: Sensitivity) -> float:
    """Dollars between the two ends."""
    return abs(float(row.high - row.low))


def centre(summary: Summary, strategy: str, rows: list[Sensitivity]) -> float:
    """The month with no assumption moved: its P50, else the middle of the narrowest row."""
    months = (
        one for one in summary.projection.months if one.strategy == strategy and one.scale == tornado_scale(summary)
    )
    named = summary.projection.first_full_month
    found = next((one for one in months if named is None or one.month == named), None)
    narrowest = min(rows, key=span)
    return float(found.p50) if found else float(narrowest.low + narrowest.high) / 2


def _finding(summary: Summary, tornado: dict[str, list[Sensitivity]]) -> str:
    strategy = summary.comparison.baseline if summary.comparison.baseline in tornado else next(iter(tornado))
    top = max(tornado[strategy], key=span)
    low, high = sorted((top.low, top.high))
    month = f"the month of {strategy} at {scale_text(tornado_scale(summary))}"
    return f"{top.assumption} moves {month} most: {usd_text(low)} to {usd_text(high)}"


def _description(summary: Summary, tornado: dict[str, list[Sensitivity]]) -> str:
    rows = (
        f"{strategy}, {row.assumption}: "
        f"{usd_text(row.low)} at {row.low_label}, {usd_text(row.high)} at {row.high_label}"
        for strategy, own in tornado.items()
        for row in own
    )
    scale = scale_text(tornado_scale(summary))
    return f"Cost of the month at {scale} with one assumption moved at a time. " + "; ".join(rows)


def _figure(summary: Summary, tornado: dict[str, list[Sensitivity]]) -> Any:
    shown = dict(list(tornado.items())[:MAX_PANELS])
    counts = [min(len(rows), SHOWN) for rows in shown.values()]
    figure, grid = panels(
        len(shown),
        1,
        width=WIDE,
        height=sum(0.85 + 0.28 * count for count in counts),
        height_ratios=[count + 1.5 for count in counts],
    )
    for axes, (strategy, rows) in zip(grid.flat, shown.items(), strict=True):
        _panel(axes, sorted(rows, key=span, reverse=True)[:SHOWN], centre(summary, strategy, rows))
        axes.set_title(f"{short(strategy, 60)}, the month at {scale_text(tornado_scale(summary))}")
    return figure


def _panel(axes: Any, rows: list[Sensitivity], middle: float) -> None:
    for position, row in enumerate(rows):
        for value, label in ((row.low, row.low_label), (row.high, row.high_label)):
            _bar(axes, position, value=float(value), label=label, middle=middle)
    name_bars(axes, [short(row.assumption, 30) for row in rows])
    axes.axvline(middle, color=INK, linewidth=1)
    money_axis(axes.xaxis)
    ends = [float(value) for row in rows for value in (row.low, row.high)] + [middle]
    room = (max(ends) - min(ends) or 1) * 0.4
    axes.set_xlim(min(ends) - room, max(ends) + room)


def _bar(axes: Any, position: int, *, value: float, label: str, middle: float) -> None:
    dearer = value >= middle
    colour, hatch = (SERIES[1], "") if dearer else (SERIES[3], "//")
    part(axes, position, value - middle, left=middle, colour=colour, hatch=hatch)
    text = f"{short(label, 24)}: {money_text(value)}"
    side, shift = ("left", 4) if dearer else ("right", -4)
    say(axes, text, (value, position), shift=(shift, 0), ha=side, va="center", fontsize=8)


def _table(tornado: dict[str, list[Sensitivity]]) -> Table:
    columns = (
        Column("strategy"),
        Column("assumption"),
        Column("low end"),
        Column("the month then", numeric=True, provenance="extrapolated"),
        Column("high end"),
        Column("the month then", numeric=True, provenance="extrapolated"),
    )
    rows = tuple(
        (
            Cell(strategy),
            Cell(row.assumption),
            Cell(row.low_label),
            Cell(usd_text(row.low)),
            Cell(row.high_label),
            Cell(usd_text(row.high)),
        )
        for strategy, own in tornado.items()
        for row in sorted(own, key=span, reverse=True)
    )
    return Table("One assumption moved at a time", columns, rows)
