"""What a run keeps of the prices that it was billed at."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownModel
from simulator.pricing.snapshot import snapshot_text
from tests.bent import bent

AT = datetime(2026, 11, 21, tzinfo=UTC)
BOOK = """
schema: price-book/1
contracts:
  - {id: msa, provider: openai, discount: "0.1", minimum_usd_per_month: "10000", source: {doc: MSA, as_of: 2026-06-28},
     volume: [{up_to: "50000", discount: "0"}, {discount: "0.05"}]}
attempts:
  outcomes: {cancelled: {input: all, output: none, source: "our invoice of October"}}
"""


@pytest.fixture
def book(tmp_path: Path) -> PriceBook:
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    return PriceBook.load(tmp_path / "book.yaml")


def kept(book: PriceBook, folder: Path, *models: str) -> PriceBook:
    text = snapshot_text(book.snapshot(models, AT), contracts=book.contracts, attempts=book.replaced_attempts)
    (folder / "rates.yaml").write_text(text, encoding="utf-8")
    return PriceBook.load(folder / "rates.yaml")


def test_what_a_contract_asks_and_what_attempts_bill_is_kept_too(book: PriceBook, tmp_path: Path) -> None:
    again = kept(book, tmp_path, "gpt-4o")
    assert (again.contracts, again.attempts) == (book.contracts, book.attempts)
    assert again.attempts.of("cancelled", None).output == "none"


def test_a_doubt_travels_with_the_price(tmp_path: Path) -> None:
    again = kept(PriceBook.load(), tmp_path, "mistral-large-latest")
    doubts = {rate.verify for rate in again.rates("mistral-large-latest", at=AT).standard.values()}
    assert doubts == {rate.verify for rate in PriceBook.load().rates("mistral-large-latest", at=AT).standard.values()}
    assert None not in doubts


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bent_value_is_read_or_refused_with_its_place(book: PriceBook, tmp_path: Path, data: st.DataObject) -> None:
    text = snapshot_text(book.snapshot(["gpt-4o"], AT), contracts=book.contracts, attempts=book.replaced_attempts)
    path = tmp_path / "rates.yaml"
    path.write_text(yaml.safe_dump(data.draw(bent(yaml.safe_load(text)))), encoding="utf-8")
    with suppress(InvalidFile, UnknownModel):
        assert PriceBook.load(path).rates("gpt-4o", at=AT).standard


def test_without_terms_of_its_own_a_snapshot_has_rates_only() -> None:
    shipped = PriceBook.load()
    text = snapshot_text([], contracts=shipped.contracts, attempts=shipped.replaced_attempts)
    assert [line for line in text.splitlines() if line.endswith(":") or line.startswith("attempts")] == []


def test_the_provider_that_a_call_names_is_billed_at_its_own_price(tmp_path: Path) -> None:
    own = """
models:
  - model: azure/gpt-4o
    source: {doc: EA, as_of: 2026-06-28}
    prices: [{from: null, usd_per_million: {input_tokens: "3", output_tokens: "12"}}]
"""
    (tmp_path / "book.yaml").write_text("schema: price-book/1\n" + own, encoding="utf-8")
    again = kept(PriceBook.load(tmp_path / "book.yaml"), tmp_path, "gpt-4o", "azure/gpt-4o")
    prices = [again.rates("gpt-4o", at=AT, provider=who).standard["input_tokens"] for who in (None, "openai", "azure")]
    assert [price.usd_per_million for price in prices] == [Decimal("2.5"), Decimal("2.5"), Decimal(3)]
