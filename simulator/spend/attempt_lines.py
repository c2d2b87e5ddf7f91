"""A run's attempts in the documented lines of `tenfold bill --json`: what each one bills, and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from simulator.calls import HUMAN
from simulator.pricing.attempts import Attempt
from simulator.pricing.book import PriceBook
from simulator.spend.groups import COLUMNS
from simulator.spend.usage_log import LogBill, PricedRow, price_row

_SENT = COLUMNS[:4]


def bill_attempts(calls: pa.Table, book: PriceBook, *, at: datetime) -> Iterator[dict[str, Any]]:
    """One object per row of `calls` with the call's id, then one with the total and the count of unpriced rows."""
    total, table = LogBill(), book.attempts
    for batch in calls.to_batches(max_chunksize=1 << 14):
        for row in batch.to_pylist():
            priced = _priced(row, table.of(row["outcome"], row["provider"]), book, at)
            total.add(priced, row["model"])
            yield priced.as_json()
    yield total.as_json()


def _priced(row: Mapping[str, Any], attempt: Attempt, book: PriceBook, at: datetime) -> PricedRow:
    """A row as its usage log line would be, with only those counts that the outcome bills."""
    usage: dict[str, Any] = {}
    for meter in COLUMNS:
        rule = attempt.input if meter in _SENT else attempt.output
        if rule == "all" or (rule == "reported" and row["usage_source"] == "reported"):
            usage[meter] = row[meter]
    if not usage:
        return PricedRow(row["call_id"], Decimal(0), reason=f"{row['outcome']} bills nothing: {attempt.source}")
    words = {name: row[name] for name in ("model", "provider", "tier", "geo")}
    if row["provider"] == HUMAN:
        return price_row({"id": row["call_id"], **words, "usage": {"requests": 1}}, book, at=at)
    unknown = [meter for meter in ("input_tokens", "output_tokens") if usage.get(meter, 0) is None]
    if unknown:
        return PricedRow(row["call_id"], None, reason=f"{unknown[0]} unknown")
    return price_row({"id": row["call_id"], **words, "usage": usage}, book, at=at)
