"""What became of the planned requests, one bar per rung."""

from typing import Any

from simulator.calls import SETTLEMENTS
from simulator.reports.charts.axes import name_bars, part, short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import SERIES
from simulator.reports.table import Cell, Column, Table, rung_text
from simulator.run.metrics import RungFigures
from simulator.summary import Summary
from simulator.units import share_text

COLOURS = {
    "answered": (SERIES[0], ""),
    "refused": (SERIES[1], "//"),
    "timed_out": (SERIES[2], ".."),
    "failed": (SERIES[4], "xx"),
    "cancelled": (SERIES[3], "--"),
    "dropped": (SERIES[5], "\\\\"),
    "skipped": (SERIES[5], "||"),
    "not_reached": (SERIES[5], "++"),
}


def draw(summary: Summary) -> Chart | None:
    """None where nothing was planned."""
    rungs = [rung for rung in summary.rungs if rung.planned]
    if not rungs:
        return None
    title, description = _finding(summary, rungs), _description(summary, rungs)
    with style():
        picture = drawing(_figure(summary, rungs), key="settled", title=title, description=description)
    return Chart("settled", title, description, picture, _table(summary, rungs), ("measured",))


def _finding(summary: Summary, rungs: list[RungFigures]) -> str:
    worst = min(rungs, key=lambda rung: rung.settled.get("answered", 0) / rung.planned)
    share = worst.settled.get("answered", 0) / worst.planned
    if share == 1:
        return "Every planned request was answered, in every rung"
    others = {name: count for name, count in worst.settled.items() if name != "answered"}
    main = max(others, key=lambda name: others[name])
    where = rung_text(summary, worst)
    rest = f"{share_text(others[main] / worst.planned)} are {main.replace('_', ' ')}"
    return f"At {where}, {share_text(share)} of the planned requests are answered; {rest}"


def _description(summary: Summary, rungs: list[RungFigures]) -> str:
    def one(rung: RungFigures) -> str:
        parts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in rung.settled.items() if count)
        return f"{rung_text(summary, rung)}: {rung.planned:,} planned, {parts}"

    return "Stacked bars of planned requests by how they settled. " + "; ".join(map(one, rungs))


def _figure(summary: Summary, rungs: list[RungFigures]) -> Any:
    from matplotlib.ticker import PercentFormatter

    figure, grid = panels(1, 1, width=WIDE, height=0.9 + 0.3 * len(rungs))
    axes = grid[0][0]
    left = [0.0] * len(rungs)
    for name in SETTLEMENTS:
        shares = [rung.settled.get(name, 0) / rung.planned for rung in rungs]
        if any(shares):
            colour, hatch = COLOURS[name]
            label = name.replace("_", " ")
            part(axes, range(len(rungs)), shares, left=left, colour=colour, hatch=hatch, label=label)
            left = [start + share for start, share in zip(left, shares, strict=True)]
    name_bars(axes, [short(rung_text(summary, rung), 40) for rung in rungs])
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_xlim(0, 1)
    axes.set_xlabel("planned requests")
    axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return figure


def _table(summary: Summary, rungs: list[RungFigures]) -> Table:
    names = [name for name in SETTLEMENTS if any(rung.settled.get(name) for rung in rungs)]
    columns = (
        Column("rung"),
        Column("planned", numeric=True),
        *(Column(name.replace("_", " "), numeric=True) for name in names),
    )
    rows = tuple(
        (
            Cell(rung_text(summary, rung)),
            Cell(f"{rung.planned:,}"),
            *(Cell(f"{rung.settled.get(name, 0):,}") for name in names),
        )
        for rung in rungs
    )
    return Table("Requests by how they settled", columns, rows)
