"""How the price of a request is found: one order, in one place.

1. name → model (`book.py`) · 2. instant → entry: the highest layer whose entries have begun; an entry is complete, what
it does not name has no price · 3. hours of the day · 4. length of the prompt · 5. service tier · 6. place · 7. contract
After that, on totals and not on rates: volume bands, free pools, currency. Rounding only where a number is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from simulator.pricing.entry import Entry, LongContext, ModelPrices, Sheet, Source, Tier
from simulator.pricing.errors import UnknownTier
from simulator.pricing.hours import Hours
from simulator.pricing.meters import is_tokens
from simulator.pricing.rates import Band, Rate
from simulator.pricing.terms import Contract, Fee, Uplift

STANDARD_TIERS = frozenset({"standard", "default", "auto"})
"""Words that providers use for no special tier."""
EVERYWHERE = frozenset({"global", "not_available", "default"})
"""Words that providers use for no special place."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a price stands, and who says so."""

    layer: str
    place: str
    source: Source

    def rate(
        self, sheet: Sheet, meter: str, price: Decimal, *, since: date | None, steps: tuple[str, ...] = ()
    ) -> Rate:
        return Rate(
            meter=meter,
            list_usd_per_million=price,
            usd_per_million=price,
            since=since,
            layer=self.layer,
            place=self.place,
            source=self.source.text,
            as_of=self.source.as_of,
            steps=steps,
            minimum=sheet.minimum_units.get(meter, 0),
            verify=self.source.verify,
        )


@dataclass(frozen=True, slots=True)
class ListedFee:
    """A fee beside the models' own prices, and where it stands."""

    fee: Fee
    layer: str
    place: str

    def rates(self) -> dict[str, Rate]:
        origin, fee = Origin(self.layer, self.place, self.fee.source), self.fee
        return {
            meter: origin.rate(fee, meter, price, since=fee.from_, steps=("fee",))
            for meter, price in fee.per_million().items()
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """A model's entry in force and where it stands."""

    prices: ModelPrices
    entry: Entry
    layer: str
    place: str

    def rates(self, sheet: Sheet) -> dict[str, Rate]:
        """The prices of a part of the entry as rates with their origin."""
        origin = Origin(self.layer, self.place, self.prices.source)
        return {
            meter: origin.rate(sheet, meter, price, since=self._since(sheet, meter, price))
            for meter, price in sheet.per_million().items()
        }

    def _since(self, sheet: Sheet, meter: str, price: Decimal) -> date | None:
        """The first day of the entry, or of an earlier one from which the standard price has been the same."""
        since = self.entry.from_
        if sheet is self.entry:
            entries = self.prices.prices
            for entry in reversed(entries[: entries.index(self.entry)]):
                if entry.per_million().get(meter) != price:
                    break
                since = entry.from_
        return since


def resolve(
    listed: Listed,
    *,
    at: datetime,
    day: date,
    tier: str | None,
    geo: str | None,
    fees: Iterable[ListedFee] = (),
    uplifts: Iterable[Uplift] = (),
    contracts: Iterable[Contract] = (),
) -> tuple[Band, ...]:
    """The bands of prices that hold; steps 3 to 7: hours by `at`, terms by `day`, which is the entry's.

    Raises `UnknownTier` for a tier or place that is not in the book.
    """
    beside = {meter: rate for one in fees if one.fee.holds(listed.prices, day) for meter, rate in one.rates().items()}
    bands = _long(listed, listed.entry, beside | _by_hour(listed, at))
    for name in _tiers(listed, tier):
        bands = _tiered(listed, bands, name=name)
    bands = _placed(listed, bands, geo, [one for one in uplifts if one.holds(listed.prices, day)])
    return _contracted(bands, [one for one in contracts if one.holds(listed.prices, day)])


def hours_of(windows: Sequence[Hours], start: datetime) -> list[tuple[Hours | None, datetime]]:
    """None for the hours outside of all windows and then each window, with an instant of the week from `start`."""
    if not windows:
        return [(None, start)]
    found: dict[int, datetime] = {}
    for minute in range(7 * 24 * 60):
        moment = start + timedelta(minutes=minute)
        found.setdefault(next((index for index, window in enumerate(windows) if window.holds(moment)), -1), moment)
    return [(None if index < 0 else windows[index], moment) for index, moment in sorted(found.items())]


def _by_hour(listed: Listed, at: datetime) -> dict[str, Rate]:
    base = listed.rates(listed.entry)
    for window in listed.entry.windows:
        if window.holds(at):
            step = window.text
            own = {meter: rate.times(Decimal(1), step) for meter, rate in listed.rates(window).items()}
            return base | own if window.scale is None else _scaled(base, window.scale, step)
    return base


def _long(listed: Listed, sheet: Entry | Tier, base: dict[str, Rate]) -> dict[int, dict[str, Rate]]:
    """Prices by the smallest prompt that pays them, shortest first.

    A longer prompt is past the shorter bounds too: what its band does not name costs what the band below it asks.
    """
    bands, below = {0: base}, base
    for long in sorted(sheet.long_context, key=lambda long: long.first):
        step = f"prompt of {long.first} tokens or more"
        scaled = {
            meter: base[meter].times(factor, f"{step} ×{factor}")
            for meter, factor in long.scale.items()
            if meter in base
        }
        bands[long.first] = below = below | scaled | _priced(listed, long, step)
    return bands


def _priced(listed: Listed, long: LongContext, step: str) -> dict[str, Rate]:
    return {meter: rate.times(Decimal(1), step) for meter, rate in listed.rates(long).items()}


def _tiers(listed: Listed, tier: str | None) -> list[str]:
    """The special tiers asked for, checked: known, not excluding each other."""
    names = [name for name in (tier or "").split("+") if name and name not in STANDARD_TIERS]
    known = listed.entry.tiers
    if unknown := [name for name in names if name not in known]:
        offered = ", ".join(known) or "none but the standard one"
        raise UnknownTier(f"{listed.prices.model} has no tier {unknown[0]!r} in {listed.place}; known: {offered}")
    for name in names:
        for other in names:
            if other != name and (other in known[name].excludes or known[name].scale is None):
                raise UnknownTier(f"{listed.prices.model}: tier {name!r} cannot be combined with {other!r}")
    return names


def _tiered(listed: Listed, bands: dict[int, dict[str, Rate]], *, name: str) -> dict[int, dict[str, Rate]]:
    tier = listed.entry.tiers[name]
    if tier.scale is not None:
        factor, step = tier.scale, f"tier {name} ×{tier.scale}"
        return {
            first: {meter: rate.times(factor, step) if tier.scales(meter) else rate for meter, rate in rates.items()}
            for first, rates in bands.items()
        }
    own = {
        first: {meter: rate.times(Decimal(1), f"tier {name}") for meter, rate in rates.items()}
        for first, rates in _long(listed, tier, listed.rates(tier)).items()
    }
    return {first: _at(bands, first) | _at(own, first) for first in sorted(bands.keys() | own.keys())}


def _at(bands: Mapping[int, dict[str, Rate]], first: int) -> dict[str, Rate]:
    return bands[max(start for start in bands if start <= first)]


def _placed(
    listed: Listed, bands: dict[int, dict[str, Rate]], geo: str | None, uplifts: list[Uplift]
) -> dict[int, dict[str, Rate]]:
    if geo is None or geo in EVERYWHERE:
        return bands
    here = [one for one in uplifts if geo in one.geo]
    if not here:
        places = ", ".join(sorted({place for one in uplifts for place in one.geo})) or "none"
        raise UnknownTier(
            f"{listed.prices.model}: no price for place {geo!r}; known: {places}; add an uplift, ×1 if it is the same"
        )
    for uplift in here:
        bands = {first: _scaled(rates, uplift.scale, f"place {geo} ×{uplift.scale}") for first, rates in bands.items()}
    return bands


def _contracted(bands: dict[int, dict[str, Rate]], contracts: list[Contract]) -> tuple[Band, ...]:
    for contract in contracts:
        step = f"contract {contract.id} −{contract.discount * 100:f} %"
        bands = {
            first: {meter: rate.less(contract.discount, step) for meter, rate in rates.items()}
            for first, rates in bands.items()
        }
    return tuple(Band(first, rates) for first, rates in bands.items())


def _scaled(rates: dict[str, Rate], factor: Decimal, step: str) -> dict[str, Rate]:
    """Tokens by a factor; fees per search, hour or request stay."""
    if factor == 1:
        return rates
    return {meter: rate.times(factor, step) if is_tokens(meter) else rate for meter, rate in rates.items()}


def day_of(at: datetime) -> date:
    """The price day of an instant: days start at 00:00 UTC."""
    return at.astimezone(UTC).date()
