"""What each model used and cost, expected or charged: the two sides of a variance."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.rates import EXACT
from simulator.pricing.resolution import day_of
from simulator.spend.actuals.export import Actual
from simulator.spend.groups import METERS
from simulator.spend.ledger import Ledger
from simulator.spend.usage_log import is_backdated, rated
from simulator.spend.usage_rows import read_rows

SENT = frozenset(
    {"input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"}
)
"""The parts of a prompt."""
UNSPLIT = ""
"""Where dollars go that an export does not split by meter."""


@dataclass
class Side:
    """One model: requests (None where nobody counted them), units of each part, and dollars."""

    requests: int | None = None
    units: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    usd: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, meter: str, units: Decimal, usd: Decimal) -> None:
        self.units[meter] = EXACT.add(self.units[meter], units)
        self.usd[meter] = EXACT.add(self.usd[meter], usd)

    def count(self, requests: int) -> None:
        self.requests = (self.requests or 0) + requests

    @property
    def cost(self) -> Decimal:
        return sum(self.usd.values(), Decimal(0))

    @property
    def prompt(self) -> Decimal:
        """Tokens sent, cached ones too."""
        return sum((units for meter, units in self.units.items() if meter in SENT), Decimal(0))

    def price(self, meter: str) -> Decimal | None:
        """Mean dollars per unit."""
        return self.usd[meter] / self.units[meter] if self.units.get(meter) else None


Sides = dict[str, Side]
"""By `provider/model`, as the book writes it."""


class Expected(NamedTuple):
    """What should be charged, and how many rows are missing from it because they have no price."""

    sides: Sides
    unpriced: int = 0
    backdated: frozenset[str] = frozenset()
    """Models with a price that has no first day and was read after the usage."""


def expected_of_calls(calls: pa.Table, book: PriceBook, *, at: datetime) -> Expected:
    """What a run's attempts should cost; each attempt that bills something counts as a request."""
    ledger, sides, backdated = Ledger(book, at), defaultdict[str, Side](Side), set[str]()
    ledger.add(calls)
    for sums in ledger.groups.values():
        if sums.rates is None or sums.attempt.input == "none":
            continue
        side = sides[sums.rates.model]
        side.count(sums.calls - sums.unpriced.total())
        for band, parts in sums.parts.items():
            for meter, count in zip(METERS, parts, strict=True):
                if count:
                    rate = sums.rates.rate_of(meter, sums.rates.bands[band].rates)
                    side.add(meter, Decimal(count), rate.cost(count))
                    backdated |= {sums.rates.model} if rate.backdated(day_of(at)) else set()
    unpriced = sum(sums.unpriced.total() for sums in ledger.groups.values())
    return Expected(dict(sides), unpriced, frozenset(backdated))


def expected_of_log(path: Path, book: PriceBook, *, at: datetime | None = None) -> Expected:
    """What a usage log should cost."""
    sides, unpriced, backdated = defaultdict[str, Side](Side), 0, set[str]()
    for row in read_rows(path):
        try:
            rates, usage = rated(row, book, at=at)
            lines = rates.cost(usage)
        except UnknownPrice:
            unpriced += 1
            continue
        sides[rates.model].count(1)
        backdated |= {rates.model} if is_backdated(rates, lines) else set()
        for rate, count, usd in lines:
            sides[rates.model].add(rate.meter, Decimal(count), usd)
    return Expected(dict(sides), unpriced, frozenset(backdated))


@dataclass
class Charged:
    """What exports say, by the book's names."""

    sides: Sides
    total: Decimal
    """Of all amounts, in US dollars."""
    loose: Counter[str]
    """Lines without a known model and meter, by what they call themselves."""


def charged_of(lines: Iterable[Actual], book: PriceBook) -> Charged:
    """Raises `UnknownPrice` for a currency that the book cannot turn into US dollars."""
    found = Charged(defaultdict(Side), Decimal(0), Counter())
    for line in lines:
        usd = Decimal(0) if line.amount is None else book.in_usd(line.amount, line.currency, line.day)
        found.total = EXACT.add(found.total, usd)
        model = _book_name(line, book)
        if model is None or (line.meter is None and line.requests is None):
            found.loose[line.description or line.model or "?"] += 1
            continue
        if line.requests is not None:
            found.sides[model].count(line.requests)
        found.sides[model].add(line.meter or UNSPLIT, line.quantity or Decimal(0), usd)
    return found


def _book_name(line: Actual, book: PriceBook) -> str | None:
    if line.model is None:
        return None
    try:
        return book.rates(line.model, at=datetime.combine(line.day, time(), UTC)).model
    except UnknownPrice:
        return None
