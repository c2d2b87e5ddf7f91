"""What a finance reviewer signs: the assumptions and the prices, each with its source; and where figures come from."""

from simulator.reports.table import Cell, Column, Table
from simulator.summary import Summary

PROVENANCE_WORDS: dict[str, str] = {
    "measured": "from rows of this run",
    "priced": "measured usage × a dated price",
    "extrapolated": "beyond what was run",
    "assumed": "declared by a person",
}


def assumptions(summary: Summary) -> Table:
    """Every assumption behind the projection."""
    columns = (Column("assumption"), Column("value"), Column("source"), Column("provenance", detail=True))
    keys = ("id", "value", "source", "provenance")
    return Table("Assumptions", columns, _rows(summary.projection.assumptions, keys))


def prices(summary: Summary) -> Table:
    """The rates that were used, in US dollars per million."""
    columns = (
        Column("model"),
        Column("meter"),
        Column("USD per million", numeric=True),
        Column("in force from"),
        Column("layer", detail=True),
        Column("source", detail=True),
    )
    keys = ("model", "meter", "usd_per_million", "from", "layer", "source")
    said = [
        one | {"meter": f"{one['meter']}, tier {one['tier']}"} if one.get("tier") else one for one in summary.prices
    ]
    return Table("Prices", columns, _rows(said, keys))


def origins(summary: Summary) -> Table:
    """By group of figures: measured, priced, extrapolated or assumed, and from what."""
    rows = tuple((Cell(group), Cell(origin)) for group, origin in summary.provenance.items())
    words = "; ".join(f"{word}: {meaning}" for word, meaning in PROVENANCE_WORDS.items())
    return Table("Where the figures come from", (Column("figures"), Column("provenance")), rows, (f"{words}.",))


def _rows(entries: list[dict[str, str]], keys: tuple[str, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(Cell(entry.get(key) or "unknown") for key in keys) for entry in entries)
