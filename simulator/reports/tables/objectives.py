"""Objectives as a matrix: one row per objective and strategy, one column per scale; no data is never a pass."""

import math
from collections.abc import Iterator
from decimal import Decimal

from simulator.reports.table import Cell, Column, Table, Tone, noted
from simulator.summary import Summary
from simulator.units import count_text, scale_text, seconds_text, share_text, usd_text
from simulator.verdicts.objectives import Judgement

MARKS: dict[str, tuple[str, Tone]] = {"pass": ("✓", "good"), "fail": ("✗", "bad"), "no data": ("?", "warn")}


def value_text(value: float | None, unit: str) -> str:
    """A figure in its objective's unit: `1.42 s`, `37.1 %`, `$5,000`; `–` for unknown."""
    if unit == "usd":
        return "unknown" if value is None else usd_text(Decimal(repr(value)))
    return {"s": seconds_text, "share": share_text, "count": _mean_text}[unit](value)


def _mean_text(value: float | None) -> str:
    """Attempts per request are a mean: `1.39`, not the 1 that would meet a target of 1.2."""
    return count_text(value) if value is None or math.isnan(value) else f"{value:.3g}"


def judgement_text(judgement: Judgement) -> str:
    """`✗ 8.81 s`, or `? no data`."""
    mark = MARKS[judgement.outcome][0]
    if judgement.outcome == "no data":
        return f"{mark} no data"
    return f"{mark} {value_text(judgement.measured, judgement.unit)}"


def objectives(summary: Summary) -> Table:
    """Every judgement of the run; the notes say why a cell has no data."""
    scales = sorted({judgement.scale for judgement in summary.objectives})
    rows: dict[tuple[str, str], dict[float, list[Judgement]]] = {}
    for judgement in summary.objectives:
        cells = rows.setdefault((judgement.objective, judgement.strategy), {})
        cells.setdefault(judgement.scale, []).append(judgement)
    columns = (
        Column("objective"),
        Column("strategy"),
        *(Column(scale_text(scale), numeric=True) for scale in scales),
    )
    return Table(
        "Objectives",
        columns,
        tuple((Cell(o), Cell(s), *(_cell(cells.get(scale)) for scale in scales)) for (o, s), cells in rows.items()),
        noted(_places(summary)),
    ).gathered()


def _cell(judged: list[Judgement] | None) -> Cell:
    """Replicates stand side by side; the worst of them gives the tone."""
    if not judged:
        return Cell("not asked", "muted")
    worst = min(judged, key=lambda one: ("fail", "no data", "pass").index(one.outcome))
    return Cell("  ".join(map(judgement_text, judged)), MARKS[worst.outcome][1], worst.provenance)


def _places(summary: Summary) -> Iterator[tuple[str, str | None]]:
    """Where each note was made; `every rung` where an objective has it on all of its rungs."""
    for objective in dict.fromkeys(one.objective for one in summary.objectives):
        own = [one for one in summary.objectives if one.objective == objective]
        if len({one.note for one in own}) == 1:
            yield f"{objective}, every rung", own[0].note
        else:
            yield from ((f"{objective} at {scale_text(one.scale)}, {one.strategy}", one.note) for one in own)
