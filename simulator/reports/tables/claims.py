"""What the scenario claims of its strategies, clause by clause beside what was measured."""

from collections.abc import Iterator

from simulator.comparison.claimed import CheckedClaim
from simulator.reports.table import Cell, Column, Table, Tone
from simulator.summary import Summary
from simulator.units import scale_text

MARKS: dict[str, tuple[str, Tone]] = {"holds": ("✓", "good"), "fails": ("✗", "bad"), "no data": ("?", "warn")}


def claims(summary: Summary) -> Table:
    """One row per clause of each claim; the notes say what would turn a saving. Empty without claims."""
    return Table(
        "Claims",
        (Column("claim"), Column("strategy"), Column("clause"), Column("outcome"), Column("says")),
        tuple(row for one in summary.claims for row in _rows(one)),
        tuple(note for one in summary.claims for note in _notes(one)),
    )


def outcome_text(outcome: str) -> str:
    """`✗ fails`."""
    return f"{MARKS[outcome][0]} {outcome}"


def _rows(one: CheckedClaim) -> Iterator[tuple[Cell, ...]]:
    about = one.strategy if one.scale is None else f"{one.strategy} at {scale_text(one.scale)}"
    for number, clause in enumerate(one.verdict.clauses):
        mark = Cell(outcome_text(clause.outcome), MARKS[clause.outcome][1])
        said = Cell(clause.says, provenance=clause.provenance)
        named = (Cell("" if number else one.verdict.claim), Cell("" if number else about))
        yield *named, Cell(clause.name), mark, said
    if not one.verdict.clauses:
        mark = Cell(outcome_text("no data"), "warn")
        yield Cell(one.verdict.claim), Cell(about), Cell("all"), mark, Cell(one.note or "nothing was measured")


def _notes(one: CheckedClaim) -> Iterator[str]:
    """What the saving is made of, and the nearest input that turns it, or the quality."""
    if one.verdict.formula:
        yield f"{one.strategy} on equal answers: {one.verdict.formula}."
    turning = [flip for flip in one.verdict.flips if flip.needed is not None]
    for nearest in {flip.clause: flip for flip in reversed(turning)}.values():
        yield f"{one.verdict.claim}: would turn by the {nearest.says}."
