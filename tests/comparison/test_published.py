"""Saving figures that others published, worked again with this comparison and this price book."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from simulator.calls import CALLS
from simulator.comparison import compare
from simulator.comparison.contenders import Contender
from simulator.pricing.book import PriceBook
from simulator.spend.bill import call_costs
from tests.comparison.ledger import Ledger

AT = datetime(2026, 11, 20, tzinfo=UTC)


def _saved(ledger: Ledger, strategy: str, *, baseline: str) -> float:
    found: list[Contender] = compare(*ledger.tables(), baseline=baseline).contenders
    (one,) = (one for one in found if one.strategy == strategy)
    assert one.saving is not None
    assert one.saving.total.value is not None
    return one.saving.total.value


def test_routellm_table_6_divides_calls_not_dollars() -> None:
    """Its `cost saving` is the random router's share of strong calls ÷ the router's: six ratios of Tables 1 to 3."""
    shares = [(49.03, 13.40), (78.08, 31.31), (50.07, 35.46), (79.93, 70.31), (50.00, 33.64), (80.08, 63.26)]
    assert [round(random / router, 2) for random, router in shares] == [3.66, 2.49, 1.41, 1.14, 1.49, 1.27]


def test_routellm_overhead_is_under_half_a_percent_of_gpt_4() -> None:
    # 95 tokens in and 264 out of GPT-4 Turbo are $24.7 a million tokens, $8,870 a million requests.
    requests = 95 * Decimal(10) + 264 * Decimal(30)
    assert round(requests / 359, 2) == Decimal("24.71")
    routers = [Decimal(usd) / requests for usd in ("39.26", "3.32", "3.19", "5.23")]
    assert [round(100 * share, 3) for share in routers] == [
        Decimal("0.443"),
        Decimal("0.037"),
        Decimal("0.036"),
        Decimal("0.059"),
    ]


def test_agentgateway_saves_35_percent() -> None:
    ledger = Ledger()
    ledger.add("all on one", "r1", ("big", "ok", "0.914840"))
    ledger.add("routed", "r1", ("small", "ok", "0.591444"))
    assert _saved(ledger, "routed", baseline="all on one") == pytest.approx(0.354, abs=6e-4)


def test_mmrouter_saves_81_percent_or_4_because_the_baseline_decides() -> None:
    # 500 tokens in, 1,000 out, 1,000 a day; per request: Opus (15/75), Sonnet (3/15), Haiku (0.80/4).
    usd = {"opus": "0.0825", "sonnet": "0.0165", "haiku": "0.0044"}
    ledger = Ledger()
    for number in range(100):
        tier = "haiku" if number < 60 else "sonnet" if number < 90 else "opus"
        for strategy, model in (("opus", "opus"), ("sonnet", "sonnet"), ("60/30/10", tier)):
            ledger.add(strategy, f"r{number}", (model, "ok", usd[model]))
    costs = {one.strategy: one.cost for one in compare(*ledger.tables(), baseline="opus").contenders}
    month = {name: 300 * cost for name, cost in costs.items() if cost is not None}
    assert month == {"opus": Decimal(2475), "sonnet": Decimal(495), "60/30/10": Decimal("475.2")}
    assert _saved(ledger, "60/30/10", baseline="opus") == pytest.approx(0.808)
    assert _saved(ledger, "60/30/10", baseline="sonnet") == pytest.approx(0.04)


@pytest.fixture
def book(tmp_path: Path) -> PriceBook:
    """$5 a million input tokens, 1.25 × to write a prefix for five minutes, 0.1 × to read it."""
    path = tmp_path / "prices.yaml"
    path.write_text("""
schema: price-book/1
extends: []
models:
  - model: anthropic/opus
    names: [opus]
    source: {url: "https://github.com/weave-os/router/issues/590", as_of: 2026-11-20}
    prices:
      - from: 2026-01-01
        usd_per_million:
          {input_tokens: "5", output_tokens: "25", cache_read_tokens: "0.5", cache_write_5m_tokens: "6.25"}
""")
    return PriceBook.load(path)


def _usd(book: PriceBook, *rows: dict[str, int]) -> list[Decimal | None]:
    ledger = Ledger()
    for number, row in enumerate(rows):
        ledger.add("single", f"r{number}", ("opus", "ok", "0"))
        ledger.calls[-1] |= {"output_tokens": 0, "cache_read_tokens": 0, "cache_write_5m_tokens": 0} | row
    return call_costs(pa.Table.from_pylist(ledger.calls, schema=CALLS), book, at=AT)


def test_a_cold_switch_costs_what_a_warm_cache_saved(book: PriceBook) -> None:
    warm = {"input_tokens": 100_000, "cache_read_tokens": 100_000}
    cold = {"input_tokens": 100_000, "cache_write_5m_tokens": 100_000}
    assert _usd(book, warm, cold) == [Decimal("0.05"), Decimal("0.625")]


def test_a_prompt_cache_pays_from_22_percent_hits(book: PriceBook) -> None:
    plain, write, read = (
        cost
        for cost in _usd(
            book,
            {"input_tokens": 10_000},
            {"input_tokens": 10_000, "cache_write_5m_tokens": 10_000},
            {"input_tokens": 10_000, "cache_read_tokens": 10_000},
        )
        if cost is not None
    )
    assert float((plain - write) / (read - write)) == pytest.approx(0.2174, abs=5e-5)
