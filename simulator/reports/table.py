"""A table of texts, filled once from the summary and drawn by every report: terminal, HTML and markdown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from simulator.figures import Interval, Provenance
from simulator.run.metrics import RungFigures
from simulator.spend.bill import RungCost
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
        """The same table without detail columns and without the bounds of intervals."""
        kept = [index for index, column in enumerate(self.columns) if not column.detail]
        rows = tuple(tuple(_unbounded(row[index]) for index in kept) for row in self.rows)
        return Table(self.title, tuple(self.columns[index] for index in kept), rows, self.notes)

    def gathered(self) -> "Table":
        """The same table where a provenance that all figures of a column share stands once, in its heading."""
        shared = [column.provenance or self._shared(index) for index, column in enumerate(self.columns)]
        columns = tuple(replace(column, provenance=word) for column, word in zip(self.columns, shared, strict=True))
        rows = tuple(
            tuple(
                replace(cell, provenance=None if cell.provenance == word else cell.provenance) for cell, word in pairs
            )
            for pairs in (zip(row, shared, strict=True) for row in self.rows)
        )
        return Table(self.title, columns, rows, self.notes)

    def _shared(self, index: int) -> Provenance | None:
        found = {row[index].provenance for row in self.rows} - {None}
        return found.pop() if len(found) == 1 else None


def _unbounded(cell: Cell) -> Cell:
    text, bracket, rest = cell.text.partition(" [")
    return replace(cell, text=text) if bracket and rest.endswith("]") else cell


def noted(remarks: Iterable[tuple[str, str | None]]) -> tuple[str, ...]:
    """Each remark once, with the places that it was made of: `too few sessions (1× routed, 2× routed)`.

    One that was made of every place, and of more than two, names none: it stands below the whole table.
    """
    every, places = set(), dict[str, list[str]]()
    for place, remark in remarks:
        every.add(place)
        if remark:
            places.setdefault(remark, []).append(place)
    return tuple(
        remark if len(every) > 2 and set(where) == every else f"{remark} ({', '.join(dict.fromkeys(where))})"
        for remark, where in places.items()
    )


def unjudged(summary: Summary) -> tuple[str, ...]:
    """The note below every latency of a run that is not valid; none for a valid run."""
    if summary.run.verdict == "VALID":
        return ()
    return (f"Run {summary.run.verdict}: latency is shown as recorded, but not judged.",)


def interval_text(interval: Interval) -> str:
    """`412 ms [380 ms, 450 ms]`; without brackets where there are no bounds."""
    text = seconds_text(interval.value)
    if interval.low is None or interval.high is None or interval.low == interval.high == interval.value:
        return text
    return f"{text} [{seconds_text(interval.low)}, {seconds_text(interval.high)}]"


def replicated(summary: Summary) -> bool:
    """Whether any rung was run more than once, so that a replicate must be named."""
    return len({rung.replicate for rung in summary.rungs}) > 1


def strategy_text(summary: Summary, rung: RungFigures | RungCost) -> str:
    """`routed`; `routed (replicate 2)` where rungs were run more than once; `only-gpt-4o (matrix)` for a sample."""
    if rung.strategy in {one.strategy for one in summary.matrix}:
        return f"{rung.strategy} (matrix)"
    return f"{rung.strategy} (replicate {rung.replicate})" if replicated(summary) else rung.strategy


def rung_text(summary: Summary, rung: RungFigures | RungCost) -> str:
    """`10× routed`."""
    return f"{scale_text(rung.scale)} {strategy_text(summary, rung)}"
