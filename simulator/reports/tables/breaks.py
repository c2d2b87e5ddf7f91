"""The three things that break first, with the evidence and what to try next."""

from simulator.reports.table import Cell, Column, Table
from simulator.summary import Summary
from simulator.units import scale_text
from simulator.verdicts.breaks import Break

SHOWN = 3


def multiplier_text(found: Break) -> str:
    """`4.6×`, `4.6× [4.1×, 5.2×]`, `0.35×` and never `0×`; where rungs showed it `between 2× and 10×, about 4.6×`."""
    digits = (
        f"{found.multiplier:.2g}" if found.multiplier < 1 else f"{found.multiplier:.{int(found.multiplier < 100)}f}"
    )
    text = scale_text(float(digits))
    if found.between:
        held, broke = (scale_text(float(f"{scale:.3g}")) for scale in found.between)
        about = f", about {text}" if found.between[0] < found.multiplier < found.between[1] else ""
        return f"between {held} and {broke}{about}"
    bounds = [None if bound is None else scale_text(float(f"{bound:.3g}")) for bound in (found.low, found.high)]
    if None in bounds or bounds[0] == bounds[1]:
        return text
    return f"{text} [{bounds[0]}, {bounds[1]}]"


def from_text(found: Break) -> str:
    """The same in a sentence: `from 4.6×`, `between 2× and 10×`."""
    return multiplier_text(found) if found.between else f"from {multiplier_text(found)}"


def first(summary: Summary) -> list[Break]:
    """The three that fire at the smallest scale, in the order the run ranked them."""
    return summary.breaks[:SHOWN]


def breaks(summary: Summary) -> Table:
    """One row per thing that breaks; empty where nothing is known to."""
    left = len(summary.breaks) - SHOWN
    return Table(
        "The three things that break first",
        (
            Column("#"),
            Column("what breaks"),
            Column("at", numeric=True),
            Column("evidence", detail=True),
            Column("what it costs", detail=True),
            Column("try"),
        ),
        tuple(_row(number, found) for number, found in enumerate(first(summary), 1)),
        (f"{left} more: tenfold breaks RUN names all.",) if left > 0 else (),
    )


def _row(number: int, found: Break) -> tuple[Cell, ...]:
    return (
        Cell(str(number)),
        Cell(f"{found.title} ({found.strategy})"),
        Cell(multiplier_text(found), "bad", found.provenance),
        Cell(found.evidence),
        Cell(found.costs or "not quantified", "plain" if found.costs else "muted"),
        Cell(f"{found.fix.rstrip('.')}. Check: {found.verify}" if found.verify else found.fix),
    )
