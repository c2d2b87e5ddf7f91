"""What can be billed, and how reported totals split into parts that are billed once each."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from pydantic import Field, model_validator

from simulator.pricing.errors import BadUsage, UnknownMeter
from simulator.shipped import shipped
from simulator.yamlfile import FileModel, load

Quantity = int | Decimal


class Meter(FileModel):
    """One thing that is counted; see pricing/meters.yaml."""

    within: tuple[str, ...] = ()
    """The totals that include this count."""
    priced_as: str | None = None
    """The meter whose price holds where an entry has none of its own."""
    catalogue: str | None = None


class Meters(FileModel):
    """The table of all meters, by usage name."""

    meters: dict[str, Meter] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> "Meters":
        named = {name for meter in self.meters.values() for name in (*meter.within, meter.priced_as) if name}
        if unknown := named - self.meters.keys():
            raise ValueError(f"names meters that the table does not have: {', '.join(sorted(unknown))}")
        return self


@lru_cache(1)
def meters() -> dict[str, Meter]:
    """The shipped table."""
    return load(shipped("pricing/meters.yaml"), Meters).meters


def is_tokens(meter: str) -> bool:
    """Whether a regional uplift holds for the meter; search fees and runtime are not uplifted."""
    return meter.endswith("_tokens")


def price_text(meter: str, usd_per_million: Decimal) -> str:
    """A price in the unit that people quote: `$2 per million`, `$14 per thousand`, `$0.08 per hour`."""
    thousand = ("_requests", "_messages", "_pages")
    if meter.endswith("_hours") and not meter.endswith("token_hours"):
        power, unit = -6, "hour"
    else:
        power, unit = (-3, "thousand") if meter == "requests" or meter.endswith(thousand) else (0, "million")
    return f"${usd_per_million.scaleb(power).normalize():f} per {unit}"


def priced_by(meter: str, prices: Mapping[str, object]) -> str | None:
    """The meter whose price bills `meter`: itself or the one it is priced as; None where there is none."""
    step: str | None = meter
    while step is not None and step not in prices:
        step = meters()[step].priced_as
    return step


def parts(usage: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Each reported count without the parts of it that are reported too, so that every unit is billed once.

    Raises `BadUsage` where parts exceed their total, where a part comes without its total, or where cached and
    multimodal counts overlap by an amount that is not said.
    """
    table = meters()
    if unknown := sorted(usage.keys() - table.keys()):
        raise UnknownMeter(f"unknown meter {unknown[0]!r}; known: {', '.join(table)}")
    used = {name: count for name, count in usage.items() if count}
    rest: dict[str, Quantity] = {}
    for name in sorted(used, key=lambda name: -len(table[name].within)):
        inside = [part for part in rest if name in table[part].within]
        rest[name] = used[name] - sum(rest[part] for part in inside)
        if rest[name] < 0:
            raise BadUsage(
                f"{name} {used[name]} is less than its parts: {', '.join(inside)}; is the usage convention right?"
            )
    for name in rest:
        if missing := [total for total in table[name].within if total not in used and not table[total].within]:
            raise BadUsage(f"{name} {used[name]} without {missing[0]}: a total includes its parts")
    for overlap, totals in _overlaps():
        if overlap not in usage and totals <= rest.keys():
            raise BadUsage(
                f"{' and '.join(sorted(totals))} overlap by an unknown amount; report {overlap} too, 0 if none"
            )
    return {name: count for name, count in rest.items() if count}


@lru_cache(1)
def _overlaps() -> tuple[tuple[str, frozenset[str]], ...]:
    """Meters that lie in two totals of which neither includes the other, as cached audio."""
    table = meters()
    found = []
    for name, meter in table.items():
        outer = {total for inner in meter.within for total in table[inner].within}
        if len(closest := frozenset(meter.within) - outer) > 1:
            found.append((name, closest))
    return tuple(found)
