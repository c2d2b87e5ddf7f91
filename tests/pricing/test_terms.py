"""Discounts, bands, fees: what holds for whom and when."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.terms import Contract

SOURCE = {"doc": "MSA", "as_of": "2026-06-28"}
BANDS = [{"up_to": "50000", "discount": "0"}, {"up_to": "250000", "discount": "0.05"}, {"discount": "0.10"}]


def contract(**said: Any) -> Contract:
    return Contract.model_validate({"id": "msa", "provider": "openai", "discount": "0", "source": SOURCE, **said})


@pytest.mark.parametrize(
    ("spend", "back"),
    [
        ("49999", "0"),
        ("50000", "0"),
        ("50001", "0.05"),
        ("250000", "10000"),
        ("250001", "10000.10"),
        ("1000000", "85000"),  # 200,000 × 5 % + 750,000 × 10 %
    ],
)
def test_volume_bands_are_graduated(spend: str, back: str) -> None:
    assert contract(volume=BANDS).rebate(Decimal(spend)) == Decimal(back)


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_more_spend_never_costs_less(some: Decimal, more: Decimal) -> None:
    agreed = contract(volume=BANDS)
    assert some - agreed.rebate(some) <= some + more - agreed.rebate(some + more)


@pytest.mark.parametrize(
    ("day", "open_"), [("2026-06-30", False), ("2026-07-01", True), ("2027-06-30", True), ("2027-07-01", False)]
)
def test_terms_hold_from_their_first_day_to_before_their_last(day: str, open_: bool) -> None:
    assert contract(**{"from": "2026-07-01", "to": "2027-07-01"}).open_on(date.fromisoformat(day)) is open_


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"discount": "1"}, "a discount is a share below 1"),
        ({"from": "2027-01-01", "to": "2026-01-01"}, "before it begins"),
        ({"from": "2027-01-01", "to": "2027-01-01"}, "before it begins"),
        ({"volume": BANDS[:2]}, "the last has none"),
        ({"volume": [{"discount": "1"}]}, "their discounts are below 1"),
        ({"volume": [BANDS[1], BANDS[0], BANDS[2]]}, "volume bands ascend"),
    ],
)
def test_terms_that_contradict_themselves(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        contract(**said)


CONTAINER = """
schema: price-book/1
fees:
  - provider: anthropic
    models: [claude-opus-*]
    from: 2026-11-01
    usd_per_unit: {runtime_hours: "0.05"}
    minimum_units: {runtime_hours: "0.25"}
    source: {doc: test, as_of: 2026-11-01}
"""


@pytest.mark.parametrize(("hours", "billed"), [("0.24", "0.25"), ("0.25", "0.25"), ("0.26", "0.26"), ("0", None)])
def test_a_request_is_billed_a_minimum_where_it_uses_the_meter(tmp_path: Path, hours: str, billed: str | None) -> None:
    (tmp_path / "mine.yaml").write_text(CONTAINER)
    rates = PriceBook.load(tmp_path / "mine.yaml").rates("claude-opus-5-5", at=datetime(2026, 11, 20, tzinfo=UTC))
    found = [quantity for _, quantity, _ in rates.cost({"runtime_hours": Decimal(hours)})]
    assert found == ([Decimal(billed)] if billed else [])


def test_a_fee_stands_where_it_is_written_and_not_where_the_model_s_prices_are(tmp_path: Path) -> None:
    """`prices show` gave the catalogue's line for a fee that only the book has."""
    (tmp_path / "mine.yaml").write_text(CONTAINER)
    rates = PriceBook.load(tmp_path / "mine.yaml").rates("claude-opus-5-5", at=datetime(2026, 11, 20, tzinfo=UTC))
    fee = rates.standard["runtime_hours"]
    assert (fee.layer, fee.place, fee.source, fee.since) == ("mine.yaml", "mine.yaml:4", "test", date(2026, 11, 1))
    assert rates.standard["input_tokens"].layer.startswith("genai-prices")


def test_a_minimum_of_tokens_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        CONTAINER.replace("minimum_units: {runtime_hours", "minimum_units: {input_tokens")
    )
    with pytest.raises(InvalidFile, match="minimum_units are for fees"):
        PriceBook.load(tmp_path / "mine.yaml")
