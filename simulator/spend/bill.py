"""Calls × dated rates = dollars. Every line item is exact; what has no price is counted, never $0."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.calls import ANSWERED, HUMAN
from simulator.figures import Figures
from simulator.pricing.book import PriceBook
from simulator.pricing.meters import priced_by
from simulator.pricing.rates import EXACT, Rate, usd_of
from simulator.pricing.resolution import day_of
from simulator.spend.groups import METERS, Group, GroupSums
from simulator.spend.ledger import Ledger, Piece

Rung = tuple[float, str, int]
"""Scale, strategy, replicate."""
_RUNG = ["scale", "strategy", "replicate"]


class Asked(NamedTuple):
    """Requests of one rung: an answer from a store has no call, so calls cannot count them."""

    planned: int
    answered: int


class LineItem(Figures):
    """One meter of one model in one rung: quantity × unit price. Quantities are summed exactly before pricing."""

    scale: float
    strategy: str
    replicate: int
    model: str
    purpose: str
    outcome: str
    meter: str
    usd_per_million: Decimal
    """What is paid, after the contract's discount."""
    list_usd_per_million: Decimal
    layer: str
    source: str
    """The page or document of the price, and the line of the book in brackets."""
    since: date | None = None
    """First day of the price; None where nobody knows."""
    steps: tuple[str, ...] = ()
    """What changed the entry's own price: long prompt, tier, place, contract."""
    quantity: int
    """Units of this meter alone: input without its cached parts, output without reasoning."""
    cost: Decimal


class RungCost(Figures):
    """The dollars of one rung. `total` is None only where nothing of it could be priced."""

    scale: float
    strategy: str
    replicate: int
    total: Decimal | None
    per_request: Decimal | None
    """Per planned request."""
    per_answered: Decimal | None
    """All attempts' cost over answered requests, those from a store too: failures and retries are in the numerator.

    Without the run's requests: over the attempts that were served.
    """
    wasted: Decimal | None
    """Billed for attempts whose answer no user was served (house rule 4); classifier calls are overhead, not waste."""
    overhead: Decimal | None
    """Billed for classify, judge and other attempts that are not answers. Like waste, None where none has a price."""
    people: Decimal = Decimal(0)
    """Of the total: cases that people answered, at what the strategy declares. Assumed, where the rest is priced."""
    by_model: dict[str, Decimal]
    by_meter: dict[str, Decimal]
    unpriced_calls: int
    assumed_usage_calls: int
    """Attempts whose tokens the server did not report."""


class Bill(Figures):
    """A run priced at one instant. The sum of `items` = the sum of `rungs` = `total` (house rule 11)."""

    priced_at: str
    book: str
    catalogue: str
    items: list[LineItem]
    rungs: list[RungCost]
    total: Decimal
    unpriced_calls: int
    unpriced_reasons: dict[str, int]
    backdated: list[str] = []
    """Models with a price that has no first day and was read after `priced_at`: that it held then is assumed."""


def bill(calls: pa.Table, book: PriceBook, *, at: datetime, requests: pa.Table | None = None) -> Bill:
    """Price every attempt of `calls` (schema `CALLS`) at the prices that hold at `at`.

    What each outcome bills is `pricing/attempts.yaml`. Rows without a price are counted with their reason. Per planned
    request, and answers without a call, are known only with the run's `requests`.
    """
    ledger = Ledger(book, at)
    ledger.add(calls)
    return settle(ledger, book, at=at, asked=_asked(requests))


def settle(ledger: Ledger, book: PriceBook, *, at: datetime, asked: dict[Rung, Asked] | None = None) -> Bill:
    """The bill of what a ledger counted; `asked`: what the requests of a (scale, strategy, replicate) say."""
    reasons = sum((sums.unpriced for sums in ledger.groups.values()), Counter[str]())
    lines = [line for group, sums in ledger.groups.items() for line in _lines(group, sums)]
    rungs = {group[:3]: None for group in ledger.groups}
    costs = [_rung_cost(rung, ledger, lines, (asked or {}).get(rung)) for rung in sorted(rungs)]
    return Bill(
        priced_at=at.isoformat(),
        book=book.name,
        catalogue=book.catalogue_name,
        items=_items(lines),
        rungs=costs,
        total=_sum(line.cost for line in lines),
        unpriced_calls=reasons.total(),
        unpriced_reasons=dict(reasons.most_common()),
        backdated=sorted({line.group.model for line in lines if line.rate.backdated(day_of(at))}),
    )


def call_costs(calls: pa.Table, book: PriceBook, *, at: datetime) -> list[Decimal | None]:
    """What each row costs, in the order of `calls`; None where it has no price, 0 where it bills nothing."""
    ledger, costs = Ledger(book, at), []
    for piece in ledger.pieces(calls):
        rates = [_unit_prices(sums, band) for sums in piece.sums for band in range(piece.bands)]
        scale = max((-int(price.as_tuple().exponent) for row in rates for price in row if price), default=0)
        whole = np.array([[int(price.scaleb(scale)) for price in row] for row in rates] + [[0] * len(METERS)], object)
        costs += _row_costs(piece, whole, scale + 6)
    return costs


def _row_costs(piece: Piece, prices: NDArray[Any], digits: int) -> list[Decimal | None]:
    """Integer tokens × integer prices of 10^-`digits` dollars: exact, in 64 bits where the largest product fits."""
    largest = sum(int(part.max(initial=0)) * int(prices[:, meter].max()) for meter, part in enumerate(piece.parts))
    kind: Any = np.int64 if largest < 2**63 else object
    total = np.zeros(len(piece.cell), kind)
    for meter, part in enumerate(piece.parts):
        total += part.astype(kind) * prices[:, meter].astype(kind)[piece.cell]
    refused = piece.refused.tolist()
    return [
        None if no else EXACT.scaleb(Decimal(cost), -digits) for cost, no in zip(total.tolist(), refused, strict=True)
    ]


def _unit_prices(sums: GroupSums, band: int) -> list[Decimal]:
    """US dollars per million by meter; 0 where there is no price, since such rows are refused before."""
    if sums.rates is None or band >= len(sums.rates.bands):
        return [Decimal(0)] * len(METERS)
    rates = sums.rates.bands[band].rates
    payers = [priced_by(meter, rates) for meter in METERS]
    return [rates[payer].usd_per_million if payer else Decimal(0) for payer in payers]


@dataclass(frozen=True, slots=True)
class _Line:
    """One meter of one group, before lines that read alike are put together."""

    group: Group
    rate: Rate
    quantity: int
    cost: Decimal


def _lines(group: Group, sums: GroupSums) -> Iterator[_Line]:
    for band, parts in sorted(sums.parts.items()):
        assert sums.rates is not None
        for meter, quantity in zip(METERS, parts, strict=True):
            if quantity:
                rate = sums.rates.rate_of(meter, sums.rates.bands[band].rates)
                yield _Line(group, rate, quantity, rate.cost(quantity))


def _items(lines: list[_Line]) -> list[LineItem]:
    merged: dict[tuple[Any, ...], int] = defaultdict(int)
    for line in lines:
        group, rate = line.group, line.rate
        where = (*group[:3], group.model, group.purpose, group.outcome, rate.meter)
        price = (rate.usd_per_million, rate.list_usd_per_million, rate.layer, f"{rate.source} ({rate.place})")
        merged[*where, *price, rate.since, rate.steps] += line.quantity
    names = tuple(name for name in LineItem.model_fields if name not in ("quantity", "cost"))
    return [
        LineItem(**dict(zip(names, key, strict=True)), quantity=count, cost=usd_of(count, key[7]))
        for key, count in sorted(merged.items(), key=lambda item: item[0][:7])
    ]


def _rung_cost(rung: Rung, ledger: Ledger, lines: list[_Line], asked: Asked | None) -> RungCost:
    mine = [line for line in lines if line.group[:3] == rung]
    groups = {group: sums for group, sums in ledger.groups.items() if group[:3] == rung}
    unpriced = sum(sums.unpriced.total() for sums in groups.values())
    served = sum(sums.calls for group, sums in groups.items() if group.served)
    total = (
        None
        if unpriced and unpriced == sum(sums.calls for sums in groups.values())
        else _sum(line.cost for line in mine)
    )
    return RungCost(
        scale=rung[0],
        strategy=rung[1],
        replicate=rung[2],
        total=total,
        per_request=_per(total, asked.planned if asked else None),
        per_answered=_per(total, asked.answered if asked else served),
        wasted=_spent(mine, groups, lambda group: group.purpose == "answer" and not group.served),
        overhead=_spent(mine, groups, lambda group: group.purpose not in ("answer", HUMAN)),
        people=_sum(line.cost for line in mine if line.group.provider == HUMAN),
        by_model=_by(mine, lambda line: line.group.model),
        by_meter=_by(mine, lambda line: line.rate.meter),
        unpriced_calls=unpriced,
        assumed_usage_calls=sum(sums.calls for group, sums in groups.items() if _guessed(group, sums)),
    )


def _spent(lines: list[_Line], groups: dict[Group, GroupSums], chosen: Callable[[Group], bool]) -> Decimal | None:
    """Dollars of some attempts; None where all that bill anything are without a price."""
    unpriced = any(sums.unpriced for group, sums in groups.items() if chosen(group))
    return _sum(line.cost for line in lines if chosen(line.group)) or (None if unpriced else Decimal(0))


def _guessed(group: Group, sums: GroupSums) -> bool:
    counted = group.usage_source == "reported" or group.provider == HUMAN
    return not counted and "all" in (sums.attempt.input, sums.attempt.output)


def _by(lines: list[_Line], key: Callable[[_Line], str]) -> dict[str, Decimal]:
    names = sorted({key(line) for line in lines})
    return {name: _sum(line.cost for line in lines if key(line) == name) for name in names}


def _sum(costs: Iterable[Decimal]) -> Decimal:
    return reduce(EXACT.add, costs, Decimal(0))


def _per(total: Decimal | None, count: int | None) -> Decimal | None:
    """A mean, to 28 digits: the one figure of a bill that is not exact."""
    return total / count if total is not None and count else None


def _asked(requests: pa.Table | None) -> dict[Rung, Asked] | None:
    if requests is None:
        return None
    answered = pc.is_in(requests["final_outcome"], value_set=pa.array(sorted(ANSWERED), pa.string()))
    rungs = requests.select(_RUNG).append_column("answered", answered.cast(pa.int64()))
    counted = rungs.group_by(_RUNG).aggregate([([], "count_all"), ("answered", "sum")]).to_pylist()
    return {tuple(row[key] for key in _RUNG): Asked(row["count_all"], row["answered_sum"]) for row in counted}
