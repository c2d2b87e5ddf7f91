"""What a guard counts is never less than the bill."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulator.pricing.book import PriceBook
from simulator.strategies.tariff import Tariff

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Counts:
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None = None


@pytest.mark.parametrize("prompt", [0, 1000, 272_000, 272_001, 900_000])
@pytest.mark.parametrize("tier", [None, "priority"])
def test_a_long_prompt_counts_what_it_will_be_billed(prompt: int, tier: str | None) -> None:
    """gpt-6.1-sol costs twice as much from 272,001 tokens on: a guard let twice its dollars pass."""
    book = PriceBook.load()
    tiers = [("gpt-6.1-sol", tier)] if tier else []
    tariff = Tariff(book.usd_per_million(["gpt-6.1-sol"], at=AT, tiers=tiers))
    usage = {"input_tokens": prompt, "cache_read_tokens": prompt // 4, "output_tokens": 500}
    billed = sum(usd for _, _, usd in book.rates("gpt-6.1-sol", at=AT, tier=tier).cost(usage))
    assert tariff.cost("gpt-6.1-sol", Counts(prompt, 500, prompt // 4)) == billed
    uncached = sum(
        usd for _, _, usd in book.rates("gpt-6.1-sol", at=AT, tier=tier).cost(usage | {"cache_read_tokens": 0})
    )
    assert tariff.planned("gpt-6.1-sol", input_tokens=prompt, output_tokens=500) == uncached


def test_a_band_that_names_one_meter_leaves_the_others_as_they_are() -> None:
    tariff = Tariff({"m": {"output_tokens@20": "5", "input_tokens@10": "4", "input_tokens": "2", "output_tokens": "3"}})
    costs = [tariff.planned("m", input_tokens=prompt, output_tokens=1) for prompt in (9, 10, 20)]
    assert costs == [Decimal(9 * 2 + 3) / 10**6, Decimal(10 * 4 + 3) / 10**6, Decimal(20 * 4 + 5) / 10**6]
