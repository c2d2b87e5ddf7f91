"""What a book says about models, side by side: `tenfold prices show` and `tenfold prices diff`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.rates import Rate


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

    @property
    def share(self) -> Decimal | None:
        """Change ÷ before; None where one side is unknown or there was no price before."""
        return (self.after - self.before) / self.before if self.before and self.after is not None else None


def price_lines(book: PriceBook, model: str, *, at: datetime) -> list[PriceLine]:
    """Every price of a model at `at`: standard first, then each tier's that differs. Raises `UnknownPrice`."""
    standard = list(_lines(book, model, at=at, tier=None))
    tiers = [] if book.kept else list(book.listed(model, at=at).entry.tiers)
    same = {(line.prompt_from, line.rate.meter, line.rate.usd_per_million) for line in standard}
    lines = (line for tier in tiers for line in _lines(book, model, at=at, tier=tier))
    return standard + [one for one in lines if (one.prompt_from, one.rate.meter, one.rate.usd_per_million) not in same]


def price_changes(book: PriceBook, model: str, *, after: datetime) -> Iterator[tuple[date, list[PriceChange]]]:
    """What changes on which day after `after`, in order."""
    before = price_lines(book, model, at=after)
    for day in book.changes(model, after=after.date()):
        then = price_lines(book, model, at=datetime.combine(day, time(), UTC))
        if changed := _changed(before, then):
            yield day, changed
        before = then


def diff(before: PriceBook, after: PriceBook, *, models: Iterable[str], at: datetime) -> list[PriceChange]:
    """The prices of `models` at `at` that differ between two books."""
    changes = []
    for model in models:
        changes += _changed(_known(before, model, at), _known(after, model, at))
    return changes


def _known(book: PriceBook, model: str, at: datetime) -> list[PriceLine]:
    try:
        return price_lines(book, model, at=at)
    except UnknownPrice:
        return []


def _changed(before: list[PriceLine], after: list[PriceLine]) -> list[PriceChange]:
    old = {line.condition: line.rate.usd_per_million for line in before}
    new = {line.condition: line.rate.usd_per_million for line in after}
    conditions = dict.fromkeys((*old, *new))
    return [
        PriceChange(*condition, old.get(condition), new.get(condition))
        for condition in conditions
        if old.get(condition) != new.get(condition)
    ]


def _lines(book: PriceBook, model: str, *, at: datetime, tier: str | None) -> Iterator[PriceLine]:
    rates = book.rates(model, at=at, tier=tier)
    for band in rates.bands:
        for rate in band.rates.values():
            short = band.first and rates.standard.get(rate.meter)
            if not short or short.usd_per_million != rate.usd_per_million:
                yield PriceLine(rates.model, tier or "", band.first, rate)
