"""What calls cost in a typical week: where prices depend on the hour, a month must not be priced at midnight."""

from collections.abc import Callable
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


Busy = Callable[[datetime], Decimal]
"""How much traffic a moment of the week has beside others."""


def _even(moment: datetime) -> Decimal:
    del moment
    return Decimal(1)


def typical_costs(calls: pa.Table, book: PriceBook, *, at: datetime, busy: Busy = _even) -> list[Decimal | None]:
    """Like `call_costs` at the prices of the day of `at`, as a mean over its week where hours count.

    Half-hours count as they are `busy`; this is an expectation and not a bill.
    """
    moments = _moments(book, sorted(set(calls["model"].to_pylist())), at, busy)
    if len(moments) == 1:
        return call_costs(calls, book, at=next(iter(moments)))
    total, whole = [Decimal(0)] * len(calls), sum(moments.values())
    unpriced = [False] * len(calls)
    for moment, weight in moments.items():
        for row, cost in enumerate(call_costs(calls, book, at=moment)):
            unpriced[row] |= cost is None
            total[row] += (cost or Decimal(0)) * weight / whole
    return [None if missing else cost for cost, missing in zip(total, unpriced, strict=True)]


def _moments(book: PriceBook, models: list[str], at: datetime, busy: Busy) -> dict[datetime, Decimal]:
    """One instant for each set of prices in the week, with the traffic for which it holds.

    The week begins with the day of `at` and ends early where a price changes: what comes after belongs to later days.
    """
    windows = {model: _windows(book, model, at) for model in models}
    hourly = [model for model in models if windows[model]]
    if not hourly:
        return {at: Decimal(1)}
    start = datetime.combine(day_of(at), time(), UTC)
    changes = [day for model in hourly for day in book.changes(model, after=day_of(at))[:1]]
    end = min([start + _WEEK, *(datetime.combine(day, time(), UTC) for day in changes)])
    first: dict[tuple[bool, ...], datetime] = {}
    traffic: dict[datetime, Decimal] = {}
    for step in range((end - start) // _STEP):
        moment = start + step * _STEP
        state = tuple(hours.holds(moment) for model in hourly for hours in windows[model])
        seen = first.setdefault(state, moment)
        traffic[seen] = traffic.get(seen, Decimal(0)) + busy(moment)
    return traffic if any(traffic.values()) else dict.fromkeys(traffic, Decimal(1))


def _windows(book: PriceBook, model: str, at: datetime) -> tuple[Hours, ...]:
    try:
        return book.windows(model, at=at)
    except UnknownPrice:
        return ()
