"""What breaks first on the axis of traffic: each condition at its breaking multiplier, beside the scales run."""

from typing import Any

from simulator.reports.charts.axes import say, scale_axis, short
from simulator.reports.charts.chart import WIDE, Chart, drawing, panels, style
from simulator.reports.palette import GRID, PAPER, SERIES
from simulator.reports.tables.breaks import breaks, from_text, multiplier_text
from simulator.summary import Summary
from simulator.verdicts.breaks import Break

SHOWN = 8
LABEL = "traffic scale (thick lines: scales that were run; filled: broken in a rung; hollow: not measured)"


def draw(summary: Summary) -> Chart | None:
    """None where nothing breaks at a multiple that the axis, which has no 0, can show."""
    known = [found for found in summary.breaks if found.multiplier][:SHOWN]
    if not known:
        return None
    title, description = _finding(known[0]), _description(known)
    with style():
        picture = drawing(_figure(summary, known), key="breaks", title=title, description=description)
    return Chart(
        "breaks",
        title,
        description,
        picture,
        breaks(summary),
        tuple(dict.fromkeys(found.provenance for found in known)),
    )


def _finding(earliest: Break) -> str:
    return f"First to break: {earliest.title} ({earliest.strategy}), {from_text(earliest)}"


def _description(known: list[Break]) -> str:
    return "Breaking multipliers: " + "; ".join(
        f"{found.title} ({found.strategy}) {multiplier_text(found)}, {found.provenance}" for found in known
    )


def _figure(summary: Summary, known: list[Break]) -> Any:
    figure, grid = panels(1, 1, width=WIDE, height=0.9 + 0.42 * len(known))
    axes = grid[0][0]
    for scale in summary.run.measured_scales:
        axes.axvline(scale, color=GRID, linewidth=5, zorder=0)
    for position, found in enumerate(known):
        _mark(axes, position, found)
    low, high = _span(summary, known)
    scale_axis(axes, [*summary.run.measured_scales, *_decades(summary, low, high)], label=LABEL)
    axes.set_xlim(low / 1.3, high * 1.3)
    axes.set_yticks([])
    axes.set_ylim(len(known) - 0.4, -0.8)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    return figure


def _span(summary: Summary, known: list[Break]) -> tuple[float, float]:
    """The smallest and the largest multiple of traffic that must be seen."""
    bounds = [bound for found in known for bound in (found.multiplier, found.low, found.high) if bound]
    return min([*summary.run.measured_scales, *bounds]), max([*summary.run.measured_scales, *bounds])


def _decades(summary: Summary, low: float, high: float) -> list[float]:
    """Ticks at powers of ten, well outside the scales that were run."""
    run = summary.run.measured_scales or [1.0]
    decades = [10.0**power for power in range(-4, 7)]
    return [scale for scale in decades if low <= scale < min(run) / 2 or max(run) * 2 < scale <= high]


def _mark(axes: Any, position: int, found: Break) -> None:
    colour = SERIES[1]
    if found.low is not None and found.high is not None:
        axes.hlines(position, found.low, found.high, color=colour, linewidth=5, alpha=0.35)
    face = colour if found.provenance == "measured" else PAPER
    look = {"markerfacecolor": face, "markeredgecolor": colour, "markeredgewidth": 1.8}
    broke = found.between[1] if found.between else found.multiplier
    axes.plot(broke, position, marker="o", markersize=8, **look)
    text = short(f"{multiplier_text(found)}  {found.title} ({found.strategy})", 95)
    paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.5}
    say(axes, text, (0.0, position - 0.28), xycoords=("axes fraction", "data"), va="bottom", fontsize=9, bbox=paper)
