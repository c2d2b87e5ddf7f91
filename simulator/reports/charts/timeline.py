"""Second by second of the schedule: what became due, and what of it was answered, refused or failed."""

from typing import Any

from simulator.reports.charts.axes import short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import INK, PAPER, SERIES
from simulator.reports.table import Cell, Column, Table
from simulator.summary import Summary
from simulator.units import scale_text, share_text

PARTS = (("answered", SERIES[0], ""), ("refused", SERIES[1], "//"), ("failed", SERIES[4], "xx"))
MAX_STRATEGIES = 3
MAX_SCALES = 3


def draw(summary: Summary) -> Chart | None:
    """None where the run kept no timeline."""
    if not summary.timeline:
        return None
    title, description = _finding(summary), _description(summary)
    with style():
        picture = drawing(_figure(summary), key="timeline", title=title, description=description)
    return Chart("timeline", title, description, picture, _table(summary), ("measured",))


def _rungs(summary: Summary) -> dict[tuple[str, float], list[dict[str, Any]]]:
    """Seconds by strategy and scale, in order; replicates are laid over each other by their sum."""
    found: dict[tuple[str, float], list[dict[str, Any]]] = {}
    for second in summary.timeline:
        found.setdefault((second["strategy"], second["scale"]), []).append(second)
    return {rung: sorted(seconds, key=lambda second: second["t"]) for rung, seconds in found.items()}


def _refused_share(seconds: list[dict[str, Any]]) -> float:
    due = sum(second["due"] for second in seconds)
    return sum(second["refused"] for second in seconds) / due if due else 0.0


def _finding(summary: Summary) -> str:
    rungs = _rungs(summary)
    (strategy, scale), worst = max(rungs.items(), key=lambda item: _refused_share(item[1]))
    first = next((second["t"] for second in worst if second["refused"]), None)
    if first is None:
        return "Nothing was refused in any second of any rung"
    share = share_text(_refused_share(worst))
    return f"{strategy} at {scale_text(scale)}: refusals begin in second {first:g} and take {share} of what was due"


def _description(summary: Summary) -> str:
    def one(strategy: str, scale: float, seconds: list[dict[str, Any]]) -> str:
        totals = ", ".join(
            f"{sum(second[name] for second in seconds):,} {name}" for name in ("due", "answered", "refused", "failed")
        )
        return f"{strategy} at {scale_text(scale)}: {totals}"

    lines = [one(strategy, scale, seconds) for (strategy, scale), seconds in _rungs(summary).items()]
    return "Requests per second of schedule, stacked, with the number due as a line. " + "; ".join(lines)


def _figure(summary: Summary) -> Any:
    rungs = _rungs(summary)
    strategies = list(dict.fromkeys(strategy for strategy, _ in rungs))[:MAX_STRATEGIES]
    scales = sorted({scale for _, scale in rungs})[-MAX_SCALES:]
    figure, grid = panels(
        len(strategies), len(scales), width=WIDE, height=0.6 + 1.55 * len(strategies), sharey="col", sharex=True
    )
    for row, strategy in zip(grid, strategies, strict=True):
        for axes, scale in zip(row, scales, strict=True):
            _panel(axes, rungs.get((strategy, scale), []))
            axes.set_title(short(f"{scale_text(scale)} {strategy}", 26), fontsize=9.5)
        row[0].set_ylabel("requests/s")
    for axes, scale in zip(grid[-1], scales, strict=True):
        axes.set_xlabel("second")
        axes.set_ylim(0, 1.12 * max(second["due"] for rung, own in rungs.items() if rung[1] == scale for second in own))
    figure.legend(*grid[0][-1].get_legend_handles_labels(), ncols=4, loc="outside upper left")
    return figure


def _panel(axes: Any, seconds: list[dict[str, Any]]) -> None:
    times = [second["t"] for second in seconds]
    bottom = [0.0] * len(seconds)
    for name, colour, hatch in PARTS:
        look = {"color": colour, "hatch": hatch, "edgecolor": PAPER, "linewidth": 0.3, "width": 1, "align": "edge"}
        counts = [second[name] for second in seconds]
        axes.bar(times, counts, bottom=bottom, label=name, **look)
        bottom = [under + count for under, count in zip(bottom, counts, strict=True)]
    due = [second["due"] for second in seconds]
    axes.step(times, due, where="post", color=INK, linewidth=1, linestyle=":", label="due")


def _table(summary: Summary) -> Table:
    names = ("due", "answered", "refused", "failed")
    columns = (
        Column("scale", numeric=True),
        Column("strategy"),
        Column("second", numeric=True),
        *(Column(name, numeric=True) for name in names),
    )
    rows = tuple(
        (
            Cell(scale_text(scale)),
            Cell(strategy),
            Cell(f"{second['t']:g}"),
            *(Cell(f"{second[name]:,}") for name in names),
        )
        for (strategy, scale), seconds in _rungs(summary).items()
        for second in seconds
    )
    return Table("Requests per second of schedule", columns, rows)
