"""What calls cost in a typical week: where prices depend on the hour, a month must not be priced at midnight."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.hours import Hours
from simulator.pricing.resolution import day_of
from simulator.spend.bill import call_costs

_STEP = timedelta(minutes=30)
_WEEK = timedelta(days=7)


def typical_costs(calls: pa.Table, book: PriceBook, *, at: datetime) -> list[Decimal | None]:
    """Like `call_costs` at the prices of the day of `at`, as a mean over its week where hours count.

    Traffic is taken as even over the week's half-hours, so this is an expectation and not a bill.
    """
    moments = _moments(book, sorted(set(calls["model"].to_pylist())), at)
    if len(moments) == 1:
        return call_costs(calls, book, at=at)
    total, whole = [Decimal(0)] * len(calls), sum(moments.values())
    unpriced = [False] * len(calls)
    for moment, count in moments.items():
        for row, cost in enumerate(call_costs(calls, book, at=moment)):
            unpriced[row] |= cost is None
            total[row] += (cost or Decimal(0)) * count / whole
    return [None if missing else cost for cost, missing in zip(total, unpriced, strict=True)]


def _moments(book: PriceBook, models: list[str], at: datetime) -> Counter[datetime]:
    """One instant for each set of prices in the week, with the number of half-hours in which it holds.

    The week ends early where a price changes: what comes after belongs to the days after.
    """
    windows = {model: _windows(book, model, at) for model in models}
    hourly = [model for model in models if windows[model]]
    if not hourly:
        return Counter([at])
    changes = [day for model in hourly for day in book.changes(model, after=day_of(at))[:1]]
    end = min([at + _WEEK, *(datetime.combine(day, time(), UTC) for day in changes)])
    first: dict[tuple[bool, ...], datetime] = {}
    counted: Counter[datetime] = Counter()
    for step in range((end - at) // _STEP):
        moment = at + step * _STEP
        state = tuple(hours.holds(moment) for model in hourly for hours in windows[model])
        counted[first.setdefault(state, moment)] += 1
    return counted


def _windows(book: PriceBook, model: str, at: datetime) -> tuple[Hours, ...]:
    try:
        return book.windows(model, at=at)
    except UnknownPrice:
        return ()
