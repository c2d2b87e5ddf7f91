"""Every price that a line of the bill used, in blue: list price, the contract's discount, and what is paid."""

from decimal import Decimal

from simulator.reports.sheets.sheet import Formula, Input, Sheet
from simulator.spend.bill import LineItem
from simulator.summary import Summary

Key = tuple[str, str, Decimal, Decimal, str, str]
"""Model, meter, US dollars per million as paid and as listed, layer, source: one row each."""


def key_of(item: LineItem) -> Key:
    """The price that a line was billed at; a long prompt or a tier of the same meter is another one."""
    return (item.model, item.meter, item.usd_per_million, item.list_usd_per_million, item.layer, item.source)


def write(sheet: Sheet, summary: Summary) -> dict[Key, str]:
    """The address of the price in force, by key."""
    sheet.title("Prices", "US dollars per million units. A line of the bill refers to its row here.")
    sheet.heads(
        "model",
        "meter",
        "list price",
        "contract discount",
        "price in force",
        "from",
        "layer",
        "source",
        "steps",
        freeze=True,
    )
    places = {}
    for key, item in sorted({key_of(item): item for item in summary.items}.items()):
        row = sheet.row + 1
        places[key] = sheet.address(row, "E")
        sheet.put(
            item.model,
            item.meter,
            Input(item.list_usd_per_million, "usd-fine"),
            Input(_discount(item), "share"),
            Formula(f"C{row}*(1-D{row})*(1-discount)", item.usd_per_million, "usd-fine"),
            "unknown" if item.since is None else item.since.isoformat(),
            item.layer,
            item.source,
            ", ".join(item.steps),
        )
    return places


def _discount(item: LineItem) -> Decimal:
    """The contract's share off the list price."""
    return 1 - item.usd_per_million / item.list_usd_per_million if item.list_usd_per_million else Decimal(0)
