"""The month against traffic scale: P10 to P90 as a band, the budget as a line, what was never run hatched."""

import math
from typing import Any

from simulator.reports.charts.axes import MAX_PANELS, money_axis, money_text, say, scale_axis, short, target_line
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import MUTED, PAPER, SERIES
from simulator.reports.tables.months import beyond, headline, headline_costs, headline_month, range_text
from simulator.spend.projection import MonthCost
from simulator.summary import Summary
from simulator.units import scale_text, usd_text


def draw(summary: Summary) -> Chart | None:
    """None without a projection, or where nothing costs anything."""
    months = [month for month in headline_costs(summary) if month.p50 > 0]
    if not months:
        return None
    title, description = _finding(summary, months), _description(months)
    with style():
        picture = drawing(_figure(summary, months), key="month-fan", title=title, description=description)
    return Chart("month-fan", title, description, picture, headline(summary), ("extrapolated",))


def _finding(summary: Summary, months: list[MonthCost]) -> str:
    named = headline_month(summary)
    for verdict, words in (("over", "over"), ("risk", "at risk of passing")):
        places = _first_places([month for month in months if month.over_budget == verdict])
        if places:
            return f"{named}: {words} the budget: {', '.join(places)}"
    dearest = max(months, key=lambda month: month.p50)
    state = "without a budget to judge by" if dearest.budget is None else "within the budget"
    return f"{named}: up to {usd_text(dearest.p50)} at {scale_text(dearest.scale)} ({dearest.strategy}), {state}"


def _first_places(months: list[MonthCost]) -> list[str]:
    """Each strategy with the smallest scale among these, as `single from 10× ($56,787)`."""
    smallest: dict[str, MonthCost] = {}
    for month in sorted(months, key=lambda month: month.scale):
        smallest.setdefault(month.strategy, month)
    return [f"{name} from {scale_text(month.scale)} ({usd_text(month.p50)})" for name, month in smallest.items()]


def _description(months: list[MonthCost]) -> str:
    rows = (
        f"{one.strategy} at {scale_text(one.scale)}: P50 {usd_text(one.p50)}, P10 to P90 {range_text(one)}"
        for one in months
    )
    return (
        "Cost of the month by traffic scale, both axes logarithmic; all of it extrapolated from the test. "
        + "; ".join(rows)
    )


def _figure(summary: Summary, months: list[MonthCost]) -> Any:
    strategies = list(dict.fromkeys(month.strategy for month in months))[:MAX_PANELS]
    columns = min(len(strategies), 3)
    rows = math.ceil(len(strategies) / columns)
    figure, grid = panels(rows, columns, width=WIDE, height=0.5 + 2.8 * rows, sharey=True)
    for axes, strategy in zip(grid.flat, strategies, strict=False):
        own = sorted((month for month in months if month.strategy == strategy), key=lambda month: month.scale)
        _panel(axes, own)
        _hatch(axes, summary, [month.scale for month in own])
        axes.set_title(short(strategy, 28))
    for axes in grid.flat[len(strategies) :]:
        axes.set_visible(False)
    for row in grid:
        row[0].set_ylabel(f"{headline_month(summary)}, US dollars")
    return figure


def _panel(axes: Any, months: list[MonthCost]) -> None:
    axes.set_yscale("log")
    scales, middle = [month.scale for month in months], [float(month.p50) for month in months]
    _band(axes, months)
    axes.plot(scales, middle, color=SERIES[0], marker="o", markersize=4.5)
    for month in months:
        _label(axes, month)
    budget = next((month.budget for month in months if month.budget), None)
    if budget:
        target_line(axes, float(budget), f"budget {usd_text(budget)}")
    scale_axis(axes, scales)
    axes.set_xlim(scales[0] / 1.5, scales[-1] * 9)
    axes.set_ylim(min(middle) / 4)
    money_axis(axes.yaxis)


def _band(axes: Any, months: list[MonthCost]) -> None:
    """P10 to P90 where there is an interval."""
    known = [
        (one.scale, float(one.p10), float(one.p90)) for one in months if one.p10 is not None and one.p90 is not None
    ]
    scales, low, high = ([point[index] for point in known] for index in range(3))
    axes.fill_between(scales, low, high, color=SERIES[0], alpha=0.25, linewidth=0)
    axes.vlines(scales, low, high, color=SERIES[0], linewidth=5, alpha=0.4)


def _label(axes: Any, month: MonthCost) -> None:
    at = (month.scale, float(month.p50))
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}  # the budget's line must not strike a figure out
    if month.p10 is not None and month.p90 is not None:
        bounds = f"{money_text(float(month.p10))} to {money_text(float(month.p90))}"
        say(axes, bounds, at, shift=(7, -21), va="top", bbox=paper)
    say(axes, money_text(float(month.p50)), at, shift=(7, -9), fontsize=9.5, weight="bold", va="top", bbox=paper)


def _hatch(axes: Any, summary: Summary, scales: list[float]) -> None:
    """Beyond the largest scale that was run, the plane itself says that it is extrapolated."""
    outside = [scale for scale in scales if beyond(summary, scale)]
    if not outside:
        return
    inside = [scale for scale in scales if scale not in outside]
    start = math.sqrt(max(inside) * min(outside)) if inside else min(outside) / 1.5
    axes.axvspan(start, axes.get_xlim()[1], facecolor="none", edgecolor=MUTED, hatch="//", alpha=0.25, linewidth=0)
    at = (start, 0.03)
    say(axes, "never run:\nextrapolated", at, shift=(4, 0), xycoords=("data", "axes fraction"), color=MUTED)
