"""A usage log as the months of an invoice: list, contracted, free units, volume discounts, minimum, billed; kept apart.

These steps hold for a month's totals, so they stand here and not in a rate. A free pool is used up by the cheapest
units first, so that its worth is never overstated.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from simulator.figures import Figures
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.meters import Quantity
from simulator.pricing.rates import EXACT, Rate, Rates, usd_of
from simulator.pricing.terms import Contract, FreePool
from simulator.spend.usage_log import instant, is_backdated, rated
from simulator.spend.usage_rows import Row, read_rows


class MonthStatement(Figures):
    """One calendar month (UTC) of all models, in US dollars before tax."""

    month: str
    """2026-12"""
    requests: int
    list_usd: Decimal
    contracted_usd: Decimal
    """After the negotiated discount of each rate."""
    free_usd: Decimal
    """What free units would have cost."""
    volume_usd: Decimal
    """Given back by volume bands."""
    shortfall_usd: Decimal
    """Added where a contract's minimum was not reached."""
    billed_usd: Decimal
    unpriced: int


class Statement(Figures):
    """The months of a log, in order, from the first to the last one with a request."""

    months: list[MonthStatement]
    undated: int
    """Rows without a time, so in no month."""
    backdated: list[str] = []
    """Models with a price that has no first day and was read after the usage: that it held then is assumed."""


class _Key(NamedTuple):
    model: str
    meter: str
    list_usd_per_million: Decimal
    usd_per_million: Decimal


class _Month:
    """The units of one month by model, meter and price."""

    def __init__(self, first: date) -> None:
        self.first = first
        self.units: dict[_Key, Quantity] = defaultdict(int)
        self.requests = self.unpriced = 0
        self.backdated: set[str] = set()

    def add(self, rates: Rates, lines: Sequence[tuple[Rate, Quantity, Decimal]]) -> None:
        self.requests += 1
        if is_backdated(rates, lines):
            self.backdated.add(rates.model)
        for rate, count, _ in lines:
            self.units[_Key(rates.model, rate.meter, rate.list_usd_per_million, rate.usd_per_million)] += count

    def statement(self, book: PriceBook) -> MonthStatement:
        free = self._free(book.free_pools)
        full = {key: usd_of(count, key.usd_per_million) for key, count in self.units.items()}
        spend = {key: EXACT.subtract(usd, free[key]) for key, usd in full.items()}
        contracts = [one for one in book.contracts if one.open_on(self.first)]
        rebates = {one.id: one.rebate(self._spend_under(one, spend)) for one in contracts}
        shortfall = _sum(self._shortfall(one, spend, rebates[one.id]) for one in contracts)
        volume = _sum(rebates.values())
        return MonthStatement(
            month=f"{self.first:%Y-%m}",
            requests=self.requests,
            list_usd=_sum(usd_of(count, key.list_usd_per_million) for key, count in self.units.items()),
            contracted_usd=_sum(full.values()),
            free_usd=_sum(free.values()),
            volume_usd=volume,
            shortfall_usd=shortfall,
            billed_usd=EXACT.add(EXACT.subtract(_sum(spend.values()), volume), shortfall),
            unpriced=self.unpriced,
        )

    def _free(self, pools: list[FreePool]) -> dict[_Key, Decimal]:
        """The worth of free units, by what would have been paid for them. No unit is free twice."""
        worth, paid = dict.fromkeys(self.units, Decimal(0)), dict(self.units)
        for pool in (one for one in pools if one.open_on(self.first)):
            left: Quantity = pool.units_per_month
            mine = (key for key in self.units if key.meter == pool.meter and pool.names(key.model))
            for key in sorted(mine, key=lambda key: key.usd_per_million):
                taken = min(left, paid[key])
                worth[key] = EXACT.add(worth[key], usd_of(taken, key.usd_per_million))
                paid[key] -= taken
                left -= taken
        return worth

    def _spend_under(self, contract: Contract, spend: dict[_Key, Decimal]) -> Decimal:
        return _sum(usd for key, usd in spend.items() if contract.names(key.model))

    def _shortfall(self, contract: Contract, spend: dict[_Key, Decimal], rebate: Decimal) -> Decimal:
        paid = EXACT.subtract(self._spend_under(contract, spend), rebate)
        return max(EXACT.subtract(contract.minimum_usd_per_month, paid), Decimal(0))


def statement(path: Path, book: PriceBook, *, at: datetime | None = None) -> Statement:
    """The months of a usage log. `at` prices all rows on one day, in that day's month."""
    months: dict[date, _Month] = {}
    undated = 0
    for row in read_rows(path):
        try:
            first = (at or instant(row)).astimezone(UTC).date().replace(day=1)
        except UnknownPrice:
            undated += 1
            continue
        _count(row, months.setdefault(first, _Month(first)), book, at)
    for first in _between(months):  # a minimum is due in a month without a request too
        months.setdefault(first, _Month(first))
    return Statement(
        months=[months[first].statement(book) for first in sorted(months)],
        undated=undated,
        backdated=sorted(set[str]().union(*(month.backdated for month in months.values()))),
    )


def _between(months: Collection[date]) -> Iterator[date]:
    """The first days of the months from the first to the last one."""
    first = min(months, default=date.max)
    while first < max(months, default=date.min):
        yield first
        first = (first + timedelta(days=31)).replace(day=1)


def _count(row: Row, month: _Month, book: PriceBook, at: datetime | None) -> None:
    try:
        rates, usage = rated(row, book, at=at)
        lines = rates.cost(usage)
    except UnknownPrice:
        month.unpriced += 1
    else:
        month.add(rates, lines)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
