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
    return Table("Prices", columns, _rows([_said(one) for one in summary.prices], keys))


def _said(price: dict[str, str]) -> dict[str, str]:
    """A price with the tier that it holds for, and what is uncertain about it."""
    tier, doubt = price.get("tier"), price.get("verify")
    meter = f"{price['meter']}, tier {tier}" if tier else price["meter"]
    return price | {"meter": meter, "source": f"{price['source']}; VERIFY: {doubt}" if doubt else price["source"]}


def origins(summary: Summary) -> Table:
    """By group of figures: measured, priced, extrapolated or assumed, and from what."""
    rows = tuple((Cell(group), Cell(origin)) for group, origin in summary.provenance.items())
    words = "; ".join(f"{word}: {meaning}" for word, meaning in PROVENANCE_WORDS.items())
    return Table("Where the figures come from", (Column("figures"), Column("provenance")), rows, (f"{words}.",))


def _rows(entries: list[dict[str, str]], keys: tuple[str, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(Cell(entry.get(key) or "unknown") for key in keys) for entry in entries)
