"""A table of texts, filled once from the summary and drawn by every report: terminal, HTML and markdown."""

from dataclasses import dataclass
from typing import Literal

from simulator.figures import Interval, Provenance
from simulator.summary import Summary
from simulator.units import scale_text, seconds_text

Tone = Literal["plain", "good", "bad", "warn", "muted"]
"""What a cell says besides its text; never by colour alone, the text says it too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as people read it."""

    text: str
    tone: Tone = "plain"
    provenance: Provenance | None = None
    """Where it differs from its column's."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `provenance` holds for every figure below it."""

    title: str
    numeric: bool = False
    provenance: Provenance | None = None
    detail: bool = False
    """Left out where there is no room: narrow terminals and markdown."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns; `notes` stand below."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def brief(self) -> "Table":
        """The same table without its detail columns."""
        kept = [index for index, column in enumerate(self.columns) if not column.detail]
        rows = tuple(tuple(row[index] for index in kept) for row in self.rows)
        return Table(self.title, tuple(self.columns[index] for index in kept), rows, self.notes)


def interval_text(interval: Interval) -> str:
    """`412 ms [380 ms, 450 ms]`; without brackets where there are no bounds."""
    text = seconds_text(interval.value)
    if interval.low is None or interval.high is None:
        return text
    return f"{text} [{seconds_text(interval.low)}, {seconds_text(interval.high)}]"


def replicated(summary: Summary) -> bool:
    """Whether any rung was run more than once, so that a replicate must be named."""
    return len({rung.replicate for rung in summary.rungs}) > 1


def rung_text(summary: Summary, scale: float, strategy: str, replicate: int) -> str:
    """`10× routed`, and `10× routed (replicate 2)` where there are several."""
    tail = f" (replicate {replicate})" if replicated(summary) else ""
    return f"{scale_text(scale)} {strategy}{tail}"
