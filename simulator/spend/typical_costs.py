"""What calls cost in a typical week: where prices depend on the hour, a month must not be priced at midnight."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import gcd

import pyarrow as pa

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.hours import Hours
from simulator.pricing.resolution import day_of
from simulator.spend.bill import call_costs

_STEP_MIN = 15
"""Minutes in which hours may begin: clocks of the world differ by quarters, and each span adds its own."""
_WEEK = timedelta(days=7)

Busy = Callable[[datetime], Decimal]
"""How much traffic a moment of the week has beside others."""


def _even(moment: datetime) -> Decimal:
    del moment
    return Decimal(1)


def typical_costs(calls: pa.Table, book: PriceBook, *, at: datetime, busy: Busy = _even) -> list[Decimal | None]:
    """Like `call_costs` at the prices of the day of `at`, as a mean over its week where hours count.

    Parts of an hour count as they are `busy`; this is an expectation and not a bill.
    """
    asked = calls.group_by(["model", "provider"]).aggregate([]).to_pylist()
    moments = _moments(book, sorted({(one["model"], one["provider"]) for one in asked}, key=str), at, busy)
    if len(moments) == 1:
        return call_costs(calls, book, at=next(iter(moments)))
    total, whole = [Decimal(0)] * len(calls), sum(moments.values())
    unpriced = [False] * len(calls)
    for moment, weight in moments.items():
        for row, cost in enumerate(call_costs(calls, book, at=moment)):
            unpriced[row] |= cost is None
            total[row] += (cost or Decimal(0)) * weight / whole
    return [None if missing else cost for cost, missing in zip(total, unpriced, strict=True)]


_Asked = tuple[str, str | None]
"""A model, and the provider that a call names."""


def _moments(book: PriceBook, models: list[_Asked], at: datetime, busy: Busy) -> dict[datetime, Decimal]:
    """One instant for each set of prices in the week, with the traffic for which it holds.

    The week begins with the day of `at` and ends early where a price changes: what comes after belongs to later days.
    """
    windows = {one: found for one in models if (found := _windows(book, one, at))}
    if not windows:
        return {at: Decimal(1)}
    start = datetime.combine(day_of(at), time(), UTC)
    changes = [day for model, provider in windows for day in _changes(book, model, provider, day_of(at))[:1]]
    end = min([start + _WEEK, *(datetime.combine(day, time(), UTC) for day in changes)])
    first: dict[tuple[bool, ...], datetime] = {}
    traffic: dict[datetime, Decimal] = {}
    every = [hours for own in windows.values() for hours in own]
    step = timedelta(minutes=gcd(_STEP_MIN, *(minute for hours in every for minute in hours.minutes)))
    for number in range((end - start) // step):
        moment = start + number * step
        state = tuple(hours.holds(moment) for hours in every)
        seen = first.setdefault(state, moment)
        traffic[seen] = traffic.get(seen, Decimal(0)) + busy(moment)
    return traffic if any(traffic.values()) else dict.fromkeys(traffic, Decimal(1))


def _changes(book: PriceBook, model: str, provider: str | None, day: date) -> list[date]:
    return book.changes(f"{provider}/{model}" if provider else model, after=day)


def _windows(book: PriceBook, asked: _Asked, at: datetime) -> tuple[Hours, ...]:
    model, provider = asked
    try:
        return book.windows(model, at=at, provider=provider)
    except UnknownPrice:
        return ()
