"""Latency percentiles against traffic scale, one panel per strategy; what was never answered sits at ∞."""

import math
from statistics import median
from typing import Any

from simulator.reports.charts.axes import MAX_PANELS, say, scale_axis, seconds_axis, short, target_line
from simulator.reports.charts.chart import Chart, drawing, panels, style
from simulator.reports.palette import SERIES
from simulator.reports.table import Cell, Column, Table, interval_text, strategy_text
from simulator.run.metrics import Latency, RungFigures
from simulator.summary import Summary
from simulator.units import scale_text, seconds_text

METRICS = {"time_to_first_token": "time to first token", "response_time": "response time"}
PERCENTILES = ("p50", "p95", "p99")
APART = 1.18
"""Factor between two names on the logarithmic axis that can still be read."""


def draw(summary: Summary, metric: str) -> Chart | None:
    """None where no rung has a figure."""
    known = [rung for rung in summary.rungs if any(_value(rung, metric, name) is not None for name in PERCENTILES)]
    if not known:
        return None
    title, description = _finding(summary, known, metric), _description(known, metric)
    key = f"latency-{metric.replace('_', '-')}"
    with style():
        figure = _figure(summary, known, metric)
        picture = drawing(figure, key=key, title=title, description=description)
    return Chart(key, title, description, picture, _table(summary, metric), ("measured",))


def _value(rung: RungFigures, metric: str, percentile: str) -> float | None:
    latency: Latency = getattr(rung, metric)
    value: float | None = getattr(latency, percentile).value
    return value


def _target(summary: Summary, metric: str) -> tuple[float, str] | None:
    """The first objective on this metric, as seconds and as written."""
    found = (one for one in summary.objectives if one.unit == "s" and metric in one.objective)
    one = next(found, None)
    return (one.target, one.objective) if one else None


def _finding(summary: Summary, known: list[RungFigures], metric: str) -> str:
    name = METRICS[metric]
    if summary.run.verdict != "VALID":
        return f"{name.capitalize()}: recorded, not judged, because the run is {summary.run.verdict}"
    target = _target(summary, metric)
    misses = {
        (one.scale, one.strategy)
        for one in summary.objectives
        if one.unit == "s" and metric in one.objective and one.outcome == "fail"
    }
    if misses:
        places = [f"{strategy} at {scale_text(scale)}" for scale, strategy in sorted(misses)]
        rest = f" and {len(places) - 3} more" if len(places) > 3 else ""
        return f"{name.capitalize()} misses its objective: {', '.join(places[:3])}{rest}"
    if target:
        return f"No recorded {name} misses its objective"
    worst = max((_value(rung, metric, "p95") or 0 for rung in known), default=0)
    return f"{name.capitalize()}: p95 reaches {seconds_text(worst)}; no objective was set"


def _description(known: list[RungFigures], metric: str) -> str:
    rows = (
        f"{rung.strategy} at {scale_text(rung.scale)}: "
        + ", ".join(f"{name} {seconds_text(_value(rung, metric, name))}" for name in PERCENTILES)
        for rung in known
    )
    return f"Percentiles of {METRICS[metric]} over offered requests, a failure being infinite. " + "; ".join(rows)


def _figure(summary: Summary, known: list[RungFigures], metric: str) -> Any:
    strategies = list(dict.fromkeys(rung.strategy for rung in known))[:MAX_PANELS]
    columns = min(len(strategies), 3)
    rows = math.ceil(len(strategies) / columns)
    figure, grid = panels(rows, columns, height=0.5 + 2.7 * rows, sharey=True)
    low, high = _span(summary, known, metric)
    for axes, strategy in zip(grid.flat, strategies, strict=False):
        _panel(axes, [rung for rung in known if rung.strategy == strategy], metric, top=high)
        axes.set_title(short(strategy, 48 // columns))
        if target := _target(summary, metric):
            target_line(axes, target[0], f"target {seconds_text(target[0])}")
        seconds_axis(axes, low, high)
    for axes in grid.flat[len(strategies) :]:
        axes.set_visible(False)
    grid[0][0].set_ylim(low / 1.4, high * 1.9)
    for row in grid:
        row[0].set_ylabel(METRICS[metric])
    return figure


def _span(summary: Summary, known: list[RungFigures], metric: str) -> tuple[float, float]:
    values = [_value(rung, metric, name) for rung in known for name in PERCENTILES]
    finite = [value for value in values if value is not None and math.isfinite(value) and value > 0]
    if target := _target(summary, metric):
        finite.append(target[0])
    low, high = min(finite, default=0.1), max(finite, default=1)
    unanswered = any(value is not None and math.isinf(value) for value in values)
    return low, high * (2.5 if unanswered else 1)


def _panel(axes: Any, rungs: list[RungFigures], metric: str, *, top: float) -> None:
    """One line per percentile through the median of the replicates; ∞ is a triangle at the upper edge."""
    scales = sorted({rung.scale for rung in rungs})
    lines = {name: _line(rungs, metric, name, scales) for name in PERCENTILES}
    for (name, line), colour in zip(lines.items(), SERIES, strict=False):
        finite = [(scale, value) for scale, value in line if math.isfinite(value)]
        axes.plot([scale for scale, _ in line], [min(value, top) for _, value in line], color=colour, linewidth=1.6)
        axes.scatter([scale for scale, _ in finite], [value for _, value in finite], color=colour, s=22, zorder=4)
        _bars(axes, rungs, metric, name, colour)
    _names(axes, {name: min(line[0][1], top) for name, line in lines.items() if line}, scales[0])
    _unanswered(axes, lines, top)
    scale_axis(axes, scales)
    axes.set_xlim(left=scales[0] / 1.8)


def _line(rungs: list[RungFigures], metric: str, name: str, scales: list[float]) -> list[tuple[float, float]]:
    """The known points of a percentile; ∞ stays ∞."""
    points = [(scale, _middle(rungs, metric, name, scale)) for scale in scales]
    return [(scale, value) for scale, value in points if value is not None]


def _unanswered(axes: Any, lines: dict[str, list[tuple[float, float]]], top: float) -> None:
    """Which percentiles are ∞ at a scale, in words at the upper edge."""
    for scale in dict.fromkeys(scale for line in lines.values() for scale, value in line if value == math.inf):
        names = [name for name, line in lines.items() if (scale, math.inf) in line]
        axes.plot(scale, top, marker="^", color=SERIES[1], markersize=7, zorder=5)
        say(axes, f"{', '.join(names)}: ∞, not answered", (scale, top), shift=(6, 6), ha="right")


def _middle(rungs: list[RungFigures], metric: str, name: str, scale: float) -> float | None:
    values = [_value(rung, metric, name) for rung in rungs if rung.scale == scale]
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _bars(axes: Any, rungs: list[RungFigures], metric: str, name: str, colour: str) -> None:
    for rung in rungs:
        found = getattr(getattr(rung, metric), name)
        if found.low is not None and found.high is not None and math.isfinite(found.high):
            axes.vlines(rung.scale, found.low, found.high, color=colour, linewidth=4, alpha=0.35, zorder=2)


def _names(axes: Any, starts: dict[str, float], scale: float) -> None:
    """The percentiles' names left of their first points, apart from each other where those are close."""
    below = 0.0
    for (name, value), colour in zip(starts.items(), SERIES, strict=False):
        at = max(value, below)
        below = at * APART
        say(axes, name, (scale, at), shift=(-6, 0), color=colour, weight="bold", ha="right", va="center", fontsize=9)


def _table(summary: Summary, metric: str) -> Table:
    columns = (
        Column("scale", numeric=True),
        Column("strategy"),
        *(Column(name, numeric=True) for name in PERCENTILES),
        Column("requests", numeric=True),
    )
    rows = tuple(
        (
            Cell(scale_text(rung.scale)),
            Cell(strategy_text(summary, rung)),
            *(Cell(interval_text(getattr(getattr(rung, metric), name))) for name in PERCENTILES),
            Cell(f"{getattr(rung, metric).count:,}"),
        )
        for rung in summary.rungs
    )
    return Table(METRICS[metric].capitalize(), columns, rows)
