"""One model or a routed architecture: what 1,000 answers cost, by what the money bought; and the saving's parts."""

from decimal import Decimal
from typing import Any

from simulator.comparison import Contender, Saving
from simulator.reports.charts.axes import MAX_PANELS, money_axis, money_text, name_bars, part, say, short
from simulator.reports.charts.chart import Chart, drawing, panels, style
from simulator.reports.palette import INK, MUTED, SERIES
from simulator.reports.table import rung_text
from simulator.reports.tables.spend import in_order, spend
from simulator.reports.tables.strategies import part_values, parts, saving_text, signed_share_text
from simulator.run.metrics import RungFigures
from simulator.spend.bill import RungCost
from simulator.summary import Summary
from simulator.units import scale_text, share_text

USES = (
    ("answers", SERIES[0], ""),
    ("classifiers and judges", SERIES[2], ".."),
    ("attempts nobody was served", SERIES[1], "//"),
)


def draw(summary: Summary) -> Chart | None:
    """None where no rung could be priced."""
    costs = _per_thousand(summary)
    if not costs:
        return None
    title, description = _finding(summary), _description(costs)
    with style():
        picture = drawing(_costs_figure(costs), key="strategy-cost", title=title, description=description)
    return Chart("strategy-cost", title, description, picture, spend(summary), ("priced",))


def draw_parts(summary: Summary) -> Chart | None:
    """None where no saving is known."""
    known = _outermost(summary)
    if not known:
        return None
    table = parts(summary)
    largest = max(known, key=lambda one: one.scale)
    assert largest.saving is not None
    where = f"{largest.strategy} at {scale_text(largest.scale)}"
    title = f"What the saving of {where} is made of: {saving_text(largest.saving.total)}"
    description = "; ".join(
        f"{one.strategy} at {scale_text(one.scale)}: "
        + ", ".join(f"{meaning} {signed_share_text(value)}" for meaning, value in part_values(one.saving))
        for one in known
        if one.saving
    )
    with style():
        picture = drawing(_parts_figure(known), key="saving-parts", title=title, description=description)
    return Chart("saving-parts", title, description, picture, table, ("priced",))


def _per_thousand(summary: Summary) -> list[tuple[str, tuple[float, float, float], RungCost]]:
    """Label and US dollars per 1,000 answered requests for each use of the money, rung by rung."""
    answered = {_key(rung): rung.settled.get("answered", 0) for rung in summary.rungs}
    found = []
    for cost in in_order(summary):
        requests = answered.get(_key(cost), 0)
        if cost.total is not None and requests:
            extra = (
                cost.overhead or Decimal(0),
                cost.wasted or Decimal(0),
            )  # without a price: the bar is a lower bound
            uses = tuple(float(part) / requests * 1000 for part in (cost.total - sum(extra), *extra))
            label = rung_text(summary, cost)
            found.append((label, (uses[0], uses[1], uses[2]), cost))
    return found


def _key(one: RungFigures | RungCost) -> tuple[float, str, int]:
    return (one.scale, one.strategy, one.replicate)


def _outermost(summary: Summary) -> list[Contender]:
    """Known savings at the smallest scale, where nothing is refused yet, and at the largest."""
    known = [one for one in summary.comparison.contenders if one.saving and one.saving.total.value is not None]
    ends = {choose(one.scale for one in known) for choose in (min, max)} if known else set()
    return [one for one in known if one.scale in ends][:MAX_PANELS]


def _finding(summary: Summary) -> str:
    known = [one for one in summary.comparison.contenders if one.saving and one.saving.total.value is not None]
    if not known:
        return "What 1,000 answers cost, and what the money bought"
    best = max(known, key=lambda one: (one.saving.total.value or 0) if one.saving else 0)
    assert best.saving is not None
    value = best.saving.total.value or 0
    word = "saves" if value >= 0 else "costs"
    return f"{best.strategy} {word} {share_text(abs(value))} beside {best.baseline} at {scale_text(best.scale)}"


def _description(costs: list[tuple[str, tuple[float, float, float], RungCost]]) -> str:
    rows = (
        f"{label}{', at least' if cost.unpriced_calls else ''}: "
        + ", ".join(f"{name} ${value:.4g}" for (name, _, _), value in zip(USES, uses, strict=True))
        for label, uses, cost in costs
    )
    return "US dollars per 1,000 answered requests. " + "; ".join(rows)


def _costs_figure(costs: list[tuple[str, tuple[float, float, float], RungCost]]) -> Any:
    figure, grid = panels(1, 1, height=1.0 + 0.36 * len(costs))
    axes, left = grid[0][0], [0.0] * len(costs)
    for index, (name, colour, hatch) in enumerate(USES):
        widths = [uses[index] for _, uses, _ in costs]
        part(axes, range(len(costs)), widths, left=left, colour=colour, hatch=hatch, label=name)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for position, (total, (_, _, cost)) in enumerate(zip(left, costs, strict=True)):
        text = f"{'≥ ' if cost.unpriced_calls else ''}{money_text(total)}"
        say(axes, text, (total, position), shift=(5, 0), va="center", weight="bold", fontsize=9)
    name_bars(axes, [short(label, 28) for label, _, _ in costs])
    axes.set_xlim(0, max(left) * 1.15 or 1)
    money_axis(axes.xaxis)
    axes.set_xlabel("per 1,000 answered requests; failures and retries included")
    axes.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return figure


def _parts_figure(known: list[Contender]) -> Any:
    """A waterfall per contender: from the baseline's bill (100 %) down to what is left of it."""
    from matplotlib.ticker import PercentFormatter

    figure, grid = panels(
        len(known),
        1,
        height=sum(0.75 + 0.27 * (len(part_values(one.saving)) + 2) for one in known if one.saving),
        sharex=True,
    )
    for axes, one in zip(grid.flat, known, strict=True):
        if one.saving:
            _waterfall(axes, one, one.saving)
        axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    grid[-1][0].set_xlabel("share of the baseline's bill")
    return figure


def _waterfall(axes: Any, one: Contender, saving: Saving) -> None:
    steps, level = part_values(saving), 1.0
    part(axes, 0, 1, colour=SERIES[5])
    for position, (_, saved) in enumerate(steps, 1):
        colour, hatch = (SERIES[3], "") if saved > 0 else (SERIES[1], "//")
        part(axes, position, -saved, left=level, colour=colour, hatch=hatch)
        level -= saved
        say(axes, signed_share_text(saved), (max(level, level + saved), position), shift=(5, 0), va="center")
    part(axes, len(steps) + 1, level, colour=SERIES[0])
    say(axes, f"{level * 100:.0f} % of the bill", (level, len(steps) + 1), shift=(5, 0), va="center", weight="bold")
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.axvline(1, color=MUTED, linewidth=0.8, linestyle=":")
    name_bars(axes, [short(one.baseline, 30), *(meaning for meaning, _ in steps), short(one.strategy, 30)])
    axes.set_xlim(min(0.0, level * 1.1), max(1.0, level) * 1.2)
    axes.set_title(short(f"{scale_text(one.scale)} {one.strategy}", 60))
