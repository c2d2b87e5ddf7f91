"""Ticks and lines that several charts share: traffic scales, seconds, dollars."""

from collections.abc import Iterable, Sequence
from typing import Any

from simulator.reports.palette import INK, PAPER
from simulator.units import scale_text, seconds_text

MAX_PANELS = 6
"""Strategies drawn side by side; the table beside the chart has all of them."""


def short(text: str, size: int) -> str:
    """At most `size` characters: a label must not push the drawing off its sheet. The table has the whole name."""
    return text if len(text) <= size else f"{text[: size - 1]}…"


def scale_axis(axes: Any, scales: Iterable[float], *, label: str = "traffic scale") -> None:
    """Logarithmic, with a tick at each scale that has a figure and nowhere else."""
    marks = sorted(set(scales))
    axes.set_xscale("log")
    axes.set_xticks(marks, [scale_text(mark) for mark in marks])
    axes.minorticks_off()
    axes.set_xlim(marks[0] / 1.35, marks[-1] * 1.6)
    axes.set_xlabel(label)


def seconds_axis(axes: Any, low: float, high: float) -> None:
    """Logarithmic, with readable ticks between `low` and `high` seconds."""
    marks = [mark for mark in _ONE_TWO_FIVE if low / 1.3 <= mark <= high * 1.05]
    if len(marks) > 7:
        marks = [mark for mark in marks if f"{mark:e}"[0] == "1"]
    axes.set_yscale("log")
    axes.set_yticks(marks, [seconds_text(mark) for mark in marks])
    axes.minorticks_off()


_ONE_TWO_FIVE = [digit * 10.0**power for power in range(-4, 5) for digit in (1, 2, 5)]


def money_text(dollars: float) -> str:
    """`$5k`, `$1.2M` for ticks and labels; exact figures stand in the table."""
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(dollars) >= size:
            return f"${dollars / size:,.3g}{suffix}"
    return f"${dollars:,.3g}"


def money_axis(axis: Any) -> None:
    """Ticks in dollars."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: money_text(value)))
    axis.set_minor_formatter(NullFormatter())


def say(axes: Any, text: str, at: tuple[float, float], *, shift: tuple[float, float] = (0, 0), **look: Any) -> None:
    """Words beside a point, moved by `shift` typographic points."""
    axes.annotate(text, at, xytext=shift, textcoords="offset points", **({"fontsize": 8.5} | look))


def part(
    axes: Any, at: Any, width: Any, *, left: Any = 0.0, colour: str, hatch: str = "", label: str | None = None
) -> None:
    """One part of horizontal bars, told apart by hatching too: print is grey, and some readers see no red."""
    look = {"color": colour, "hatch": hatch, "edgecolor": PAPER, "linewidth": 0.6, "height": 0.66}
    axes.barh(at, width, left=left, label=label, **look)


def name_bars(axes: Any, names: Sequence[str]) -> None:
    """One name per bar, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)


def target_line(axes: Any, value: float, text: str) -> None:
    """A dashed line with its meaning written on it."""
    axes.axhline(value, color=INK, linestyle="--", linewidth=1)
    say(axes, text, (0.01, value), shift=(0, 3), xycoords=("axes fraction", "data"))
