"""Azure's cost details, as CSV export or `usageDetails` JSON: one row per meter and day, in the billing currency."""

import re
from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_PARTS = (
    (re.compile(r"(cached|cchd|cd) ?-?inp", re.IGNORECASE), "cache_read_tokens"),
    (re.compile(r"inp", re.IGNORECASE), "input_tokens"),
    (re.compile(r"out", re.IGNORECASE), "output_tokens"),
)
_UNITS = {"1K": 3, "1M": 6, "1": 0}


class AzureDetails(Export):
    """Model and part are read out of the meter's name, as in `gpt-4o-0806-Inp-glbl Tokens`."""

    name = "azure-details"
    marks = ("metername", "quantity")

    def fits(self, record: Record) -> bool:
        return any(key in record for key in ("metername", "meterdetails.metername")) and "quantity" in record

    def lines(self, record: Record) -> Iterator[Actual]:
        meter_name = text(record, "metername", "meterdetails.metername") or ""
        quantity = number(record, "quantity")
        power = _UNITS.get((text(record, "unitofmeasure", "meterdetails.unitofmeasure") or "1").split()[0])
        model, meter = _parsed(meter_name)
        yield Actual(
            day=day(record, "date", "usagestart", "usagedatetime"),
            model=model,
            meter=meter,
            quantity=None if quantity is None or power is None else quantity * Decimal(10) ** power,
            amount=_amount(record),
            currency=text(record, "billingcurrency", "billingcurrencycode", "currency") or "USD",
            description=meter_name,
        )


def _amount(record: Record) -> Decimal | None:
    keys = ("costinbillingcurrency", "cost", "pretaxcost")
    return next((amount for key in keys if (amount := number(record, key)) is not None), None)


def _parsed(name: str) -> tuple[str | None, str | None]:
    for pattern, meter in _PARTS:
        if found := pattern.search(name):
            words = re.sub(r"[ _]+", "-", name[: found.start()].strip(" -_")).lower()
            return re.sub(r"-\d{4}$", "", words) or None, meter
    return None, None
