"""A log of what was used, one request a row, priced row by row: `tenfold bill FILE`."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import BadUsage, UnknownPrice
from simulator.pricing.meters import Quantity
from simulator.pricing.rates import EXACT, Rate, Rates
from simulator.spend.usage import known_columns, normalised, says

Row = Mapping[str, Any]
Line = tuple[Rate, Quantity, Decimal]


@dataclass(frozen=True, slots=True)
class PricedRow:
    """What one row costs. `cost` is None where something of it has no price; then `reason` says what."""

    id: str | None
    cost: Decimal | None
    lines: tuple[Line, ...] = ()
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The documented line of `tenfold bill --json`; money as decimal strings."""
        said: dict[str, Any] = {"id": self.id, "cost_usd": None if self.cost is None else plain(self.cost)}
        said["status"] = "unpriced" if self.cost is None else "priced"
        if self.reason:
            said["reason"] = self.reason
        return {**said, "line_items": [_line_json(*line) for line in self.lines]}


@dataclass(slots=True)
class LogBill:
    """The sum over a log, kept while its rows pass."""

    total: Decimal = Decimal(0)
    priced: int = 0
    unpriced: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    by_model: dict[str, Decimal] = field(default_factory=dict)

    def add(self, row: PricedRow, model: str) -> None:
        if row.cost is None:
            self.unpriced += 1
            self.reasons[row.reason or ""] = self.reasons.get(row.reason or "", 0) + 1
            return
        self.priced += 1
        self.total = EXACT.add(self.total, row.cost)
        self.by_model[model] = EXACT.add(self.by_model.get(model, Decimal(0)), row.cost)

    def as_json(self) -> dict[str, Any]:
        """The last line of `tenfold bill --json`."""
        return {"total_usd": plain(self.total), "unpriced": self.unpriced}


def bill_log(path: Path, book: PriceBook, *, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    """One documented JSON object per row of a log, then one with the total and the count of unpriced rows.

    `at` prices every row at one instant instead of the row's own time. Raises `InvalidFile` for what is not a log.
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
    """What one row costs at its own time, or at `at`. What is not known is said in the row, never raised."""
    try:
        rates, usage = rated(row, book, at=at)
        lines = tuple(rates.cost(usage))
    except UnknownPrice as error:
        return PricedRow(_text(row.get("id")), None, reason=str(error))
    cost = Decimal(0)
    for _, _, part in lines:
        cost = EXACT.add(cost, part)
    return PricedRow(_text(row.get("id")), cost, lines)


def rated(row: Row, book: PriceBook, *, at: datetime | None = None) -> tuple[Rates, dict[str, Quantity]]:
    """A row's rates and its usage in our meters. Raises `UnknownPrice` with what is missing."""
    model, usage = row.get("model"), row.get("usage", row.get("usageMetadata"))
    if not model:
        raise UnknownPrice('the row names no "model"')
    if not isinstance(usage, Mapping) or not usage:
        raise BadUsage('the row has no "usage"')
    when = at or instant(row)
    rates = book.rates(
        str(model),
        at=when,
        provider=_text(row.get("provider")),
        tier=_text(row.get("tier") or row.get("service_tier")) or says(usage, "tier"),
        geo=_text(row.get("geo")) or says(usage, "geo"),
    )
    counts = normalised(usage, provider=rates.model.partition("/")[0], convention=_text(row.get("convention")))
    # A fee per request is due for the row itself, which seldom counts it.
    return rates, counts if "requests" in counts or "requests" not in rates.standard else {**counts, "requests": 1}


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a .jsonl, .csv or .parquet file, gzipped or not. Raises `InvalidFile` with the line."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if kind not in ("jsonl", "ndjson", "csv", "parquet"):
        raise InvalidFile(f"{path}: not a usage log; give .jsonl, .csv or .parquet")
    if not path.is_file():
        raise InvalidFile(f"{path}: no such file; check the path")
    if kind == "parquet":
        yield from (_of_columns(row) for row in _parquet(path))
        return
    with _open(path) as file:
        yield from _csv(path, file) if kind == "csv" else _jsonl(path, file)


def plain(amount: Decimal) -> str:
    """A decimal string without exponent or trailing zeros."""
    return format(amount.normalize(EXACT), "f")


def _open(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _jsonl(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise InvalidFile(f"{path}:{number}:{error.colno}: not JSON: {error.msg}; one object a line") from None
        if not isinstance(row, dict):
            raise InvalidFile(f"{path}:{number}:1: not a JSON object")
        yield row


def _csv(path: Path, lines: IO[str]) -> Iterator[Row]:
    reader = csv.DictReader(lines)
    if "model" not in (reader.fieldnames or ()):
        raise InvalidFile(f"{path}:1:1: no column `model`; it has {', '.join(reader.fieldnames or ()) or 'nothing'}")
    return (_of_columns(row) for row in reader)


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(batch_size=1 << 14):
        yield from batch.to_pylist()


def _of_columns(row: Row) -> Row:
    """A flat row with its counts gathered under `usage`: columns that are named as counts, or begin with `usage.`."""
    usage = row.get("usage")
    if isinstance(usage, str) and usage:
        usage = json.loads(usage, parse_float=Decimal)
    if usage is None:
        names = {key: key.removeprefix("usage.") for key in row}
        flat = {name: row[key] for key, name in names.items() if name in known_columns() and row[key] not in (None, "")}
        usage = _nested(flat)
    return {**{key: value for key, value in row.items() if value not in (None, "")}, "usage": usage}


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`prompt_tokens_details.cached_tokens` as an object in an object; OpenTelemetry names stay whole."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = [key] if key.startswith("gen_ai.") else key.split(".")
        into = nested
        for step in path:
            into = into.setdefault(step, {})
        into[last] = value
    return nested


def instant(row: Row) -> datetime:
    """When the request was made: `at`, or what providers' own answers call it. Without a zone it is UTC.

    Raises `UnknownPrice` where the row does not say.
    """
    said = next((row[key] for key in ("at", "timestamp", "created_at", "created") if row.get(key)), None)
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
    except (ValueError, OverflowError):
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


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)
