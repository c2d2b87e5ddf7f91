"""A trace in one picture: its rate over time, its gaps beside Poisson's, its lengths. Same trace, same bytes."""

from pathlib import Path
from typing import Any

import numpy as np

from simulator.errors import BadInput
from simulator.traffic.keys import Floats
from simulator.traffic.trace import Trace

STEPS = 300
"""Points of the rate curve; a window is a span over this, and at least a second."""
_BLUE, _RED, _GREY = "#0b6e99", "#b3401f", "#777777"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tenfold",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_UNITS = ((86400, "days"), (3600, "hours"), (60, "minutes"))


def write(trace: Trace, path: Path) -> None:
    """As SVG. Raises `BadInput` for another suffix and for a trace of fewer than three requests."""
    if path.suffix != ".svg":
        raise BadInput(f"{path}: pictures are drawn as SVG; name it {path.with_suffix('.svg').name}")
    if len(trace) < 3:
        raise BadInput(f"{len(trace)} requests make no picture; three are the least")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10, 5.6), layout="constrained")
        grid = figure.add_gridspec(2, 2)
        due = np.sort(trace.clock())
        _rate(figure.add_subplot(grid[0, :]), due, trace.span_s)
        _gaps(figure.add_subplot(grid[1, 0]), due)
        _lengths(figure.add_subplot(grid[1, 1]), trace)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _rate(axes: Any, due: Floats, span_s: float) -> None:
    window = max(1.0, span_s / STEPS)
    edges = np.arange(0, span_s + window, window)
    unit, name = next(((size, name) for size, name in _UNITS if span_s > 2 * size), (1, "s"))
    axes.stairs(np.histogram(due, edges)[0] / window, edges / unit, color=_BLUE, fill=True, alpha=0.35)
    axes.axhline(len(due) / span_s, color=_GREY, linewidth=0.8, linestyle="--")
    axes.set(
        title=f"Requests per second, in windows of {window:.3g} s (dashed: mean)",
        xlabel=name,
        xlim=(0, span_s / unit),
        ylim=(0, None),
    )


def _gaps(axes: Any, due: Floats) -> None:
    """The survival function of gaps; an exponential of the same mean is what independent users would give."""
    gaps = np.sort(np.diff(due))
    gaps = gaps[gaps > 0]
    if not len(gaps):
        axes.set(title="All requests come at once")
        return
    points = np.unique(len(gaps) - np.geomspace(1, len(gaps), STEPS).astype(int))  # dense where the tail is
    axes.loglog(gaps[points], 1 - points / len(gaps), color=_BLUE, label="trace")
    grid = np.geomspace(gaps[0], gaps[-1], STEPS)
    tail = np.exp(-grid / gaps.mean())
    axes.loglog(
        grid[tail > 0.5 / len(gaps)], tail[tail > 0.5 / len(gaps)], color=_GREY, linestyle="--", label="Poisson"
    )
    axes.set(title="Share of gaps longer than", xlabel="s")
    axes.legend(frameon=False)


def _lengths(axes: Any, trace: Trace) -> None:
    shares = np.linspace(0, 1, STEPS)
    for name, color in (("input_tokens", _BLUE), ("output_tokens", _RED)):
        values = np.quantile(trace.table.column(name).to_numpy(), shares)
        axes.semilogx(values, shares, color=color, label=name.replace("_", " "))
    axes.set(title="Share of requests up to", xlabel="tokens", ylim=(0, 1))
    axes.legend(frameon=False)
