"""What a book says about models, side by side: `tenfold prices show` and `tenfold prices diff`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.rates import Rate, Rates
from simulator.pricing.resolution import day_of, hours_of


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price of one model at one instant, under its conditions."""

    model: str
    """`provider/model`, as the book writes it."""
    tier: str
    """Empty for the standard one."""
    prompt_from: int
    """The smallest prompt that pays it, in tokens."""
    rate: Rate

    @property
    def condition(self) -> tuple[str, str, int, str]:
        return self.model, self.tier, self.prompt_from, self.rate.meter

    def as_json(self) -> dict[str, object]:
        """Amounts as decimal strings; null where a day is not known."""
        rate = self.rate
        return {
            "model": self.model,
            "tier": self.tier or None,
            "prompt_from": self.prompt_from,
            "meter": rate.meter,
            "usd_per_million": format(rate.usd_per_million, "f"),
            "list_usd_per_million": format(rate.list_usd_per_million, "f"),
            "from": None if rate.since is None else rate.since.isoformat(),
            "layer": rate.layer,
            "place": rate.place,
            "source": rate.source,
            "as_of": rate.as_of.isoformat(),
            "verify": rate.verify,
            "steps": list(rate.steps),
        }


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price before and after, in US dollars per million. None where it is not known on that side."""

    model: str
    tier: str
    prompt_from: int
    meter: str
    before: Decimal | None
    after: Decimal | None

    def repeats(self, other: "PriceChange | None") -> bool:
        """Whether it is the same step as another one, for prompts or a tier beside it."""
        return other is not None and (self.before, self.after) == (other.before, other.after)

    @property
    def share(self) -> Decimal | None:
        """Change ÷ before; None where one side is unknown or there was no price before."""
        return (self.after - self.before) / self.before if self.before and self.after is not None else None


def price_lines(book: PriceBook, model: str, *, at: datetime) -> list[PriceLine]:
    """Every price of a model on the day of `at`: standard first, then what differs in other tiers and other hours.

    Raises `UnknownPrice`.
    """
    by_tier = [rates for moment in _hours(book, model, at) for rates in _by_tier(book, model, moment).values()]
    standard = list(_lines(by_tier[0]))
    same = {(line.prompt_from, line.rate.meter, line.rate.usd_per_million) for line in standard}
    lines = (line for rates in by_tier[1:] for line in _lines(rates))
    return standard + [one for one in lines if (one.prompt_from, one.rate.meter, one.rate.usd_per_million) not in same]


def _hours(book: PriceBook, model: str, at: datetime) -> list[datetime]:
    """A moment outside of all hours with other prices and one in each, before any price changes."""
    windows = book.windows(model, at=at)
    if not windows:
        return [at]
    changed = book.changes(model, after=day_of(at))[:1]
    found = hours_of(windows, datetime.combine(day_of(at), time(), UTC))
    return [moment for _, moment in found if not changed or day_of(moment) < changed[0]]


def price_changes(book: PriceBook, model: str, *, after: datetime) -> Iterator[tuple[date, list[PriceChange]]]:
    """What changes on which day after `after`, in order."""
    before = _by_tier(book, model, after)
    for day in book.changes(model, after=day_of(after)):
        then = _by_tier(book, model, datetime.combine(day, time(), UTC))
        if changed := _changed(before, then):
            yield day, changed
        before = then


def diff(
    before: PriceBook, after: PriceBook, *, models: Iterable[str], at: datetime, at_after: datetime | None = None
) -> list[PriceChange]:
    """The prices of `models` that differ between two books, or in one book between two instants."""
    changes = []
    for model in models:
        changes += _changed(_known(before, model, at), _known(after, model, at_after or at))
    return changes


ByTier = dict[str, Rates]
"""By service tier, the standard one as an empty text."""


def _by_tier(book: PriceBook, model: str, at: datetime) -> ByTier:
    return {tier or "": book.rates(model, at=at, tier=tier) for tier in (None, *book.tiers(model, at=at))}


def _known(book: PriceBook, model: str, at: datetime) -> ByTier:
    try:
        return _by_tier(book, model, at)
    except UnknownPrice:
        return {}


def _changed(before: ByTier, after: ByTier) -> list[PriceChange]:
    """What differs, under each condition that either side has, without what a tier or a long prompt takes over."""
    changes: dict[tuple[str, int, str], PriceChange] = {}
    for tier in dict.fromkeys((*before, *after)):
        sides = before.get(tier), after.get(tier)
        model = next(side.model for side in sides if side)
        for first, meter in _conditions(*filter(None, sides)):
            one = PriceChange(model, tier, first, meter, *(_price(side, first, meter) for side in sides))
            above = (changes.get((tier, 0, meter)), changes.get(("", first, meter)))
            if one.before != one.after and not any(map(one.repeats, above)) and not _plain(one, before, after):
                changes[tier, first, meter] = one
    return list(changes.values())


def _plain(one: PriceChange, before: ByTier, after: ByTier) -> bool:
    """Whether a tier that only one side has costs what the standard one does."""
    known = [side for side in (before, after) if one.tier in side]
    price = one.after if one.before is None else one.before
    return bool(one.tier) and len(known) == 1 and price == _price(known[0][""], one.prompt_from, one.meter)


def _conditions(*sides: Rates) -> Iterator[tuple[int, str]]:
    """Each smallest prompt of a band and each meter that any side has, the shortest prompts first."""
    firsts = sorted({band.first for side in sides for band in side.bands})
    meters = dict.fromkeys(meter for side in sides for band in side.bands for meter in band.rates)
    return ((first, meter) for first in firsts for meter in meters)


def _price(side: Rates | None, prompt: int, meter: str) -> Decimal | None:
    rate = side.for_prompt(prompt).get(meter) if side else None
    return rate.usd_per_million if rate else None


def _lines(rates: Rates) -> Iterator[PriceLine]:
    for band in rates.bands:
        for rate in band.rates.values():
            short = band.first and rates.standard.get(rate.meter)
            if not short or short.usd_per_million != rate.usd_per_million:
                yield PriceLine(rates.model, rates.tier or "", band.first, rate)
