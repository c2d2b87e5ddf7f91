"""Bars that need more than a price list: cache, turns, and who answers."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from simulator.spend.calendar import Month, Stretch
from simulator.spend.sample import Sample
from simulator.spend.sessions import Basis
from simulator.spend.tornado import Tornado, cached, scaled
from tests.run.hand import Rows, asked, figures_of, tables


def by_model(calls: pa.Table, at: datetime) -> Sequence[Decimal]:
    """A prompt token costs 1 dollar, read from cache a tenth; the small model a tenth of the large one."""
    rows = calls.select(["model", "input_tokens", "cache_read_tokens"]).to_pylist()
    return [
        (Decimal(row["input_tokens"]) - Decimal("0.9") * (row["cache_read_tokens"] or 0))
        * (1 if row["model"] == "gpt-4o" else Decimal("0.1"))
        for row in rows
    ]


def bars(rows: list[Rows]) -> dict[str, tuple[Decimal, Decimal]]:
    calls, requests = tables(rows)
    basis = Basis.of(calls, requests, [figures_of(rows)])
    month = Month("2026-12", partial=False, stretches=(Stretch(date(2026, 12, 1), (Decimal(len(basis.turns)),)),))
    tornado = Tornado(Sample(basis, month, by_model), Decimal(1), 0.2)
    return {bar.assumption: (bar.low, bar.high) for bar in tornado.bars()}


def test_fewer_cache_reads_cost_more() -> None:
    found = bars([asked("a", 1.0, input=100, cached=40)])  # 100 − 36 = $64
    assert found["prompt tokens read from cache"] == (Decimal("82.00"), Decimal("46.00"))


def test_a_dearer_model_for_a_tenth_of_the_requests() -> None:
    rows = [asked(f"s{n}", 1.0, model="gpt-4o" if n < 5 else "gpt-4o-mini") for n in range(10)]
    # $100 against $10 a request: one request in ten moves by $90.
    assert bars(rows)["requests that gpt-4o answers"] == (Decimal("460.00"), Decimal("640.00"))


def test_longer_sessions_cost_what_their_later_turns_do() -> None:
    one = [asked("a", 1.0)]
    three = [asked("b", 1.0), asked("b", 2.0, turn=2, input=200), asked("b", 3.0, turn=3, input=300)]
    # $100 for one turn and $600 for three: $250 a turn; 20 % of 2 turns, in 2 sessions.
    assert bars(one + three)["turns per session"] == (Decimal("500.00"), Decimal("900.00"))


def test_what_did_not_vary_has_no_bar() -> None:
    assert set(bars([asked("a", 1.0)])) == {"sessions", "answer length", "prompt length", "list prices"}


def test_a_shorter_prompt_keeps_its_cached_part_within() -> None:
    calls, _ = tables([asked("a", 1.0, input=100, cached=90), asked("b", 1.0, outcome="rate_limited")])
    assert scaled(calls, "input_tokens", 0.8).select(["input_tokens", "cache_read_tokens"]).to_pylist() == [
        {"input_tokens": 80, "cache_read_tokens": 80},
        {"input_tokens": None, "cache_read_tokens": None},
    ]
    assert cached(calls, 1.5)["cache_read_tokens"].to_pylist() == [100, None]
