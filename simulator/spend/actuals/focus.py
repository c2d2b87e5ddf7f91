"""FOCUS cost and usage data (1.0 and later) of any provider, as CSV."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.errors import InvalidFile
from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_METERS = (
    (("cache", "read"), "cache_read_tokens"),
    (("cached",), "cache_read_tokens"),
    (("cache", "write"), "cache_write_5m_tokens"),
    (("input",), "input_tokens"),
    (("output",), "output_tokens"),
)


class Focus(Export):
    """Billed cost of usage; tax and credits are left out, purchases have no meter."""

    name = "focus"
    marks = ("billedcost", "billingcurrency", "chargeperiodstart")

    def lines(self, record: Record) -> Iterator[Actual]:
        if (text(record, "x_isforecast") or "").lower() == "true":
            raise InvalidFile("a forecast, as Tenfold writes into focus.csv: give what was charged")
        category = (text(record, "chargecategory") or "Usage").lower()
        if category in ("tax", "credit"):
            return
        words = " ".join(filter(None, (text(record, "skumeter"), text(record, "chargedescription")))).lower()
        unit = (text(record, "consumedunit") or "").lower()
        quantity = number(record, "consumedquantity") if "token" in unit else None
        yield Actual(
            day=day(record, "chargeperiodstart"),
            model=text(record, "x_model", "resourcename"),
            meter=next((meter for marks, meter in _METERS if all(mark in words for mark in marks)), None)
            if category == "usage"
            else None,
            quantity=None if quantity is None else quantity * (Decimal(1_000_000) if "million" in unit else 1),
            amount=number(record, "billedcost"),
            currency=text(record, "billingcurrency") or "USD",
            description=text(record, "chargedescription") or category,
        )
