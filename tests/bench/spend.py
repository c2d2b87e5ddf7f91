"""How fast a bill is: rows of the ledger at random models, tiers of length and outcomes, on one core."""

import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from simulator.calls import CALLS
from simulator.pricing.book import PriceBook
from simulator.spend.bill import bill, call_costs, settle
from simulator.spend.groups import COLUMNS, Group
from simulator.spend.ledger import Ledger

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
MODELS = (
    "gpt-6.1-sol",
    "gpt-6-luna",
    "gpt-4o",
    "gpt-4o-mini",
    "claude-haiku-5-5",
    "claude-opus-5-5",
    "gemini-2.5-pro",
    "gemini-4-argon",
)
ROWS, STRATEGIES, STREAMED = 1_000_000, 8, 27


def rows(count: int, *, strategy: str, seed: int) -> pa.Table:
    """A calls table: lognormal prompts with a few very long ones, half cached, one attempt in ten failed."""
    random = np.random.default_rng(seed)
    outcomes = pa.array(["ok", "rate_limited", "cancelled"])
    prompt = random.lognormal(7.5, 1.2, count).astype(np.int64) + 1
    prompt[random.random(count) < 0.02] *= 60
    said = {
        "strategy": pa.array([strategy]).take(pa.array(np.zeros(count, np.int8))),
        "model": pa.array(MODELS).take(pa.array(random.integers(0, len(MODELS), count))),
        "outcome": outcomes.take(pa.array(random.choice(3, count, p=[0.9, 0.05, 0.05]))),
        "purpose": pa.array(["answer"]).take(pa.array(np.zeros(count, np.int8))),
        "usage_source": pa.array(["reported"]).take(pa.array(np.zeros(count, np.int8))),
        "input_tokens": pa.array(prompt),
        "cache_read_tokens": pa.array((prompt * random.random(count) * 0.6).astype(np.int64)),
        "output_tokens": pa.array(random.lognormal(5.5, 1, count).astype(np.int64)),
    }
    schema = pa.schema([CALLS.field(name) for name in (*Group._fields, *COLUMNS)])
    columns = [said[field.name] if field.name in said else _plain(field, count) for field in schema]
    return pa.table(columns, schema=schema)


def run() -> Iterator[str]:
    """One line per figure."""
    book = PriceBook.load()
    table = rows(ROWS, strategy="strategy-0", seed=0)
    assert bill(table.slice(0, 1000), book, at=AT).unpriced_calls == 0
    took = _seconds(lambda: _stream(book, table))
    yield f"bill: {STREAMED} M rows streamed in {took:.1f} s, peak memory of the process {_peak_mib():,} MiB"
    tables = [table, *(rows(ROWS, strategy=f"strategy-{number}", seed=number) for number in range(1, STRATEGIES))]
    took = min(_seconds(lambda: bill(pa.concat_tables(tables), book, at=AT)) for _ in range(3))
    a_row = took / ROWS / STRATEGIES * 1e9
    yield f"bill: {ROWS:,} requests × {STRATEGIES} strategies in {took:.2f} s, {a_row:.0f} ns a row"
    took = _seconds(lambda: call_costs(table, book, at=AT))
    yield f"bill: each of {ROWS:,} rows as an exact Decimal in {took:.2f} s"


def _stream(book: PriceBook, table: pa.Table) -> None:
    ledger = Ledger(book, AT)
    for _ in range(STREAMED):
        ledger.add(table)
    settle(ledger, book, at=AT)


def _plain(field: pa.Field, count: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(count, field.type)
    value = {pa.string(): "x", pa.bool_(): True}.get(field.type, 0)
    return pa.array([value], field.type).take(pa.array(np.zeros(count, np.int8)))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(*run(), sep="\n")
