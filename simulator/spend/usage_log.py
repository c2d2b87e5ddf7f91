"""A log of what was used, one request a row, priced row by row: `tenfold bill FILE`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import BadUsage, UnknownPrice
from simulator.pricing.meters import Quantity
from simulator.pricing.rates import EXACT, Rate, Rates
from simulator.pricing.resolution import day_of
from simulator.spend.usage import normalised, says
from simulator.spend.usage_rows import Row, read_rows

Line = tuple[Rate, Quantity, Decimal]
_TIMES = ("at", "timestamp", "created_at", "created", "startTime")


@dataclass(frozen=True, slots=True)
class PricedRow:
    """What one row costs. `cost` is None where something of it has no price; then `reason` says what."""

    id: str | None
    cost: Decimal | None
    lines: tuple[Line, ...] = ()
    reason: str | None = None
    backdated: bool = False
    """A price of it has no first day and was read later: that it held then is assumed."""

    def as_json(self) -> dict[str, Any]:
        """The documented line of `tenfold bill --json`; money as decimal strings."""
        said: dict[str, Any] = {"id": self.id, "cost_usd": None if self.cost is None else plain(self.cost)}
        said["status"] = "unpriced" if self.cost is None else "priced"
        if self.reason:
            said["reason"] = self.reason
        if self.backdated:
            said["backdated"] = True
        return {**said, "line_items": [_line_json(*line) for line in self.lines]}


@dataclass(slots=True)
class LogBill:
    """The sum over a log, kept while its rows pass."""

    total: Decimal = Decimal(0)
    priced: int = 0
    unpriced: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    by_model: dict[str, Decimal] = field(default_factory=dict)
    backdated: set[str] = field(default_factory=set)
    """Models with rows whose price is only assumed for their time."""

    def add(self, row: PricedRow, model: str) -> None:
        if row.cost is None:
            self.unpriced += 1
            self.reasons[row.reason or ""] = self.reasons.get(row.reason or "", 0) + 1
            return
        self.priced += 1
        self.total = EXACT.add(self.total, row.cost)
        self.by_model[model] = EXACT.add(self.by_model.get(model, Decimal(0)), row.cost)
        if row.backdated:
            self.backdated.add(model)

    def as_json(self) -> dict[str, Any]:
        """The last line of `tenfold bill --json`; no total where nothing has a price."""
        known = self.priced or not self.unpriced
        assumed = {"backdated": sorted(self.backdated)} if self.backdated else {}
        return {"total_usd": plain(self.total) if known else None, "unpriced": self.unpriced, **assumed}


def bill_log(path: Path, book: PriceBook, *, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    """One documented JSON object per row of a log, then one with the total and the count of unpriced rows.

    `at` prices every row on one day, at the row's own hour. Raises `InvalidFile` for what is not a log.
    """
    total = LogBill()
    for row in read_rows(path):
        priced = price_row(row, book, at=at)
        total.add(priced, str(row.get("model")))
        yield priced.as_json()
    yield total.as_json()


def sum_log(path: Path, book: PriceBook, *, at: datetime | None = None) -> LogBill:
    """The total of a log, by model, with the reasons of what is unpriced."""
    total = LogBill()
    for row in read_rows(path):
        total.add(price_row(row, book, at=at), str(row.get("model")))
    return total


def price_row(row: Row, book: PriceBook, *, at: datetime | None = None) -> PricedRow:
    """What one row costs at its own time, or on the day of `at`. What is not known is said in the row, never raised."""
    try:
        rates, usage = rated(row, book, at=at)
        lines = tuple(rates.cost(usage))
    except UnknownPrice as error:
        return PricedRow(_id(row), None, reason=str(error))
    cost = Decimal(0)
    for _, _, part in lines:
        cost = EXACT.add(cost, part)
    return PricedRow(_id(row), cost, lines, backdated=is_backdated(rates, lines))


def is_backdated(rates: Rates, lines: Iterable[Line]) -> bool:
    """Whether a price among some lines is only assumed for the day of its rates."""
    return any(rate.backdated(day_of(rates.at)) for rate, _, _ in lines)


def rated(row: Row, book: PriceBook, *, at: datetime | None = None) -> tuple[Rates, dict[str, Quantity]]:
    """A row's rates and its usage in our meters. Raises `UnknownPrice` with what is missing.

    A row that a gateway's own cache answered (LiteLLM's `cache_hit`) asked no provider: it used nothing.
    """
    model, usage = row.get("model"), row.get("usage", row.get("usageMetadata"))
    if not model:
        raise UnknownPrice('the row names no "model"')
    if not isinstance(usage, Mapping) or not usage:
        raise BadUsage('the row has no "usage" object')
    when = moment(row, at)
    rates = book.rates(
        str(model),
        at=when,
        provider=_text(row.get("provider")),
        tier=_text(row.get("tier") or row.get("service_tier")) or says(usage, "tier"),
        geo=_text(row.get("geo")) or says(usage, "geo"),
    )
    if str(row.get("cache_hit")).lower() == "true":
        return rates, {}
    counts = normalised(usage, provider=rates.model.partition("/")[0], convention=_text(row.get("convention")))
    # A fee per request is due for the row itself, which seldom counts it.
    return rates, counts if "requests" in counts or "requests" not in rates.standard else {**counts, "requests": 1}


def moment(row: Row, at: datetime | None) -> datetime:
    """Whose prices a row pays: its own time, or the day of `at` at the hour (UTC) of the row, if it has one."""
    if at is None:
        return instant(row)
    try:
        return datetime.combine(day_of(at), instant(row).astimezone(UTC).time(), UTC)
    except UnknownPrice:
        return at


def plain(amount: Decimal) -> str:
    """A decimal string without exponent or trailing zeros."""
    return format(amount.normalize(EXACT), "f")


def instant(row: Row) -> datetime:
    """When the request was made: `at`, or what providers' own answers call it. Without a zone it is UTC.

    Raises `UnknownPrice` where the row does not say.
    """
    said = next((row[key] for key in _TIMES if row.get(key)), None)
    if said is None:
        raise UnknownPrice('the row has no time: give "at", or price all rows with --at')
    if isinstance(said, datetime):
        moment = said
    elif isinstance(said, date):
        moment = datetime(said.year, said.month, said.day)
    else:
        moment = _parsed(str(said))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(text: str) -> datetime:
    try:
        return (
            datetime.fromtimestamp(float(text), UTC)
            if text.replace(".", "", 1).isdigit()
            else datetime.fromisoformat(text)
        )
    except (ValueError, OverflowError, OSError):  # the last two: seconds that no calendar of this machine has
        raise UnknownPrice(f"{text!r} is not a time; write 2026-11-20T12:00:00Z") from None


def _line_json(rate: Rate, quantity: Quantity, cost: Decimal) -> dict[str, Any]:
    return {
        "meter": rate.meter,
        "quantity": quantity if isinstance(quantity, int) else plain(quantity),
        "unit_price": plain(EXACT.scaleb(rate.usd_per_million, -6)),
        "cost": plain(cost),
        "layer": rate.layer,
        "source": rate.source,
        "place": rate.place,
        **({"steps": list(rate.steps)} if rate.steps else {}),
    }


def _id(row: Row) -> str | None:
    return _text(row.get("id") or row.get("request_id"))


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
