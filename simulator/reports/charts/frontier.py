"""Cost against quality: where each strategy lies, and the lines that a router must rise above."""

from typing import Any

from simulator.comparison.frontier import Frontier
from simulator.comparison.place import Place
from simulator.comparison.routers import CHANCE
from simulator.reports.charts.axes import money_axis, say, short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import INK, MUTED, PAPER, SERIES
from simulator.reports.tables.quality import quality
from simulator.summary import Summary
from simulator.units import share_text

_LINES = (("-", MUTED), ("--", SERIES[1]), (":", SERIES[3]))
"""Chance, then the scores in their order."""


def draw(summary: Summary) -> Chart | None:
    """None where no answers were judged."""
    found = summary.quality
    if not found or not found.places:
        return None
    title, description = _finding(found), _description(found)
    with style():
        picture = drawing(_figure(found), key="cost-quality", title=title, description=description)
    return Chart("cost-quality", title, description, picture, quality(found), ("priced", "measured"))


def _finding(found: Frontier) -> str:
    above = [one.strategy for one in found.places if one.worth == "above mixing"]
    if above:
        return f"Better than mixing single models at its cost: {', '.join(above)}"
    routed = [one.strategy for one in found.places if one.worth == "below mixing"]
    return f"No better than mixing single models: {', '.join(routed)}" if routed else "Cost against quality"


def _description(found: Frontier) -> str:
    places = [*found.places, *([found.oracle] if found.oracle else [])]
    return "Dollars per 1,000 requests and mean quality. " + "; ".join(
        f"{one.strategy}: ${one.cost * 1000:.3g}, {share_text(one.quality)}" for one in places
    )


def _figure(found: Frontier) -> Any:
    from matplotlib.ticker import PercentFormatter

    figure, grid = panels(1, 1, width=WIDE, height=3.6)
    axes = grid[0][0]
    for (dash, colour), router in zip(_LINES, found.routers.scores if found.routers else (), strict=False):
        costs, qualities = zip(*router.line, strict=True)
        name = "mixing the two at random" if router.score == CHANCE else f"by {router.score}, every threshold"
        axes.plot([cost * 1000 for cost in costs], qualities, linestyle=dash, color=colour, linewidth=1.4, label=name)
    for place in found.places:
        _mark(axes, place, "s" if "single" in place.worth else "o", SERIES[0], below=place is found.places[0])
    if found.oracle:
        _mark(axes, found.oracle, "D", PAPER)
    axes.margins(x=0.08, y=0.16)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    money_axis(axes.xaxis)
    axes.set_xlabel("per 1,000 requests (squares: single models; hollow: perfect choice)")
    axes.set_ylabel("quality")
    if found.routers:
        axes.legend(loc="lower right")
    return figure


def _mark(axes: Any, place: Place, marker: str, face: str, *, below: bool = False) -> None:
    """The cheapest is named below its mark: the lines start there and rise."""
    at = (place.cost * 1000, place.quality)
    axes.plot(*at, marker=marker, markersize=8, markerfacecolor=face, markeredgecolor=INK, linestyle="none")
    say(axes, short(place.strategy, 28), at, shift=(8, -13) if below else (7, 6))
