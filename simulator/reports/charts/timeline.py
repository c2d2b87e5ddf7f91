"""Second by second of the schedule: what became due, and what of it was answered, refused or failed."""

import math
from dataclasses import dataclass
from typing import Any

from simulator.reports.charts.axes import short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import INK, PAPER, SERIES
from simulator.reports.table import Cell, Column, Table
from simulator.summary import Summary
from simulator.units import scale_text, share_text

PARTS = (("answered", SERIES[0], ""), ("refused", SERIES[1], "//"), ("failed", SERIES[4], "xx"))
NAMES = ("due", "answered", "refused", "failed")
MAX_STRATEGIES = 3
MAX_SCALES = 3
MAX_STEPS = 60
"""Bars in a panel: a longer rung is drawn in steps of several seconds, as the mean of each."""

Rung = tuple[str, float]
Second = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Requests per second between `start` and `start + width` seconds of schedule, mean over replicates."""

    start: float
    width: float
    rates: dict[str, float]


def draw(summary: Summary) -> Chart | None:
    """None where the run kept no timeline."""
    if not summary.timeline:
        return None
    title, description = _finding(summary), _description(summary)
    with style():
        picture = drawing(_figure(summary), key="timeline", title=title, description=description)
    return Chart("timeline", title, description, picture, _table(summary), ("measured",))


def _rungs(summary: Summary) -> dict[Rung, list[Second]]:
    """Seconds by strategy and scale, in order of time, of all replicates."""
    found: dict[Rung, list[Second]] = {}
    for second in summary.timeline:
        found.setdefault((second["strategy"], second["scale"]), []).append(second)
    return {rung: sorted(seconds, key=lambda second: second["t"]) for rung, seconds in found.items()}


def steps(seconds: list[Second]) -> list[Step]:
    """At most `MAX_STEPS` of equal width, a whole number of seconds; the last may reach beyond the end."""
    length = int(max((second["t"] for second in seconds), default=-1)) + 1
    width = max(1, math.ceil(length / MAX_STEPS))
    runs = len({second.get("replicate") for second in seconds}) or 1
    sums = [dict.fromkeys(NAMES, 0.0) for _ in range(math.ceil(length / width))]
    for second in seconds:
        for name in NAMES:
            sums[int(second["t"]) // width][name] += second[name] / width / runs
    return [Step(float(number * width), float(width), rates) for number, rates in enumerate(sums)]


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
        totals = ", ".join(f"{sum(second[name] for second in seconds):,} {name}" for name in NAMES)
        return f"{strategy} at {scale_text(scale)}: {totals}"

    lines = [one(strategy, scale, seconds) for (strategy, scale), seconds in _rungs(summary).items()]
    return "Requests per second of schedule, stacked, with the number due as a line. " + "; ".join(lines)


def _figure(summary: Summary) -> Any:
    rungs = {rung: steps(seconds) for rung, seconds in _rungs(summary).items()}
    strategies = list(dict.fromkeys(strategy for strategy, _ in rungs))[:MAX_STRATEGIES]
    scales = sorted({scale for _, scale in rungs})[-MAX_SCALES:]
    height = 0.6 + 1.55 * len(strategies)
    figure, grid = panels(len(strategies), len(scales), width=WIDE, height=height, sharey="col", sharex=True)
    for row, strategy in zip(grid, strategies, strict=True):
        for axes, scale in zip(row, scales, strict=True):
            _panel(axes, rungs.get((strategy, scale), []))
            axes.set_title(short(f"{scale_text(scale)} {strategy}", 26), fontsize=9.5)
        row[0].set_ylabel("requests/s")
    for axes, scale in zip(grid[-1], scales, strict=True):
        axes.set_xlabel("second")
        dues = [step.rates["due"] for (_, at), own in rungs.items() if at == scale for step in own]
        axes.set_ylim(0, 1.12 * max(dues, default=1))
    figure.legend(*grid[0][-1].get_legend_handles_labels(), ncols=4, loc="outside upper left")
    return figure


def _panel(axes: Any, own: list[Step]) -> None:
    starts, bottom = [step.start for step in own], [0.0] * len(own)
    for name, colour, hatch in PARTS:
        look = {"color": colour, "hatch": hatch, "edgecolor": PAPER, "linewidth": 0.3, "align": "edge"}
        rates = [step.rates[name] for step in own]
        axes.bar(starts, rates, bottom=bottom, width=[step.width for step in own], label=name, **look)
        bottom = [under + rate for under, rate in zip(bottom, rates, strict=True)]
    due = [step.rates["due"] for step in own]
    axes.step(starts, due, where="post", color=INK, linewidth=1, linestyle=":", label="due")


def _table(summary: Summary) -> Table:
    counts = tuple(Column(f"{name}/s", numeric=True) for name in NAMES)
    rows = tuple(
        (
            Cell(scale_text(scale)),
            Cell(strategy),
            Cell(f"{step.start:g}"),
            *(Cell(f"{step.rates[name]:.3g}") for name in NAMES),
        )
        for (strategy, scale), seconds in _rungs(summary).items()
        for step in steps(seconds)
    )
    columns = (Column("scale", numeric=True), Column("strategy"), Column("from second", numeric=True), *counts)
    return Table("Requests per second of schedule", columns, rows)
