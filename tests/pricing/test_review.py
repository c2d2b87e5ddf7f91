"""What a person should look at before trusting a book."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.catalogue import Catalogue
from simulator.pricing.lock import update
from simulator.pricing.review import review
from simulator.shipped import shipped

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHIPPED = PriceBook.load()


def kinds(models: list[str], at: datetime = AT, **said: object) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in review(SHIPPED, models, at=at, **said)]  # type: ignore[arg-type]


def test_nothing_to_say_about_the_shipped_scenario() -> None:
    assert kinds(["gpt-4o", "gpt-4o-mini"]) == []


def test_a_model_without_a_price_fails() -> None:
    (finding,) = review(SHIPPED, ["gpt-4oo"], at=AT)
    assert (finding.kind, finding.failed) == ("missing", True)


def test_a_price_that_is_uncertain_says_so() -> None:
    (finding,) = review(SHIPPED, ["mistral-large-latest"], at=AT)
    assert (finding.kind, finding.failed) == ("verify", False)
    assert "second sources only" in finding.message
    assert finding.message.endswith("look at https://mistral.ai/pricing")


def test_a_change_to_come_is_announced() -> None:
    (finding,) = review(SHIPPED, ["gemini-4-argon"], at=AT)
    assert finding.message == (
        "from 2026-12-01: cache_read_tokens $0.1 → $0.2, input_tokens $2 → $4, output_tokens $10 → $20 per million"
    )
    assert not finding.failed


@pytest.mark.parametrize(("day", "stale"), [(date(2027, 2, 18), False), (date(2027, 2, 19), True)])
def test_a_source_is_stale_after_ninety_days(day: date, stale: bool) -> None:
    found = kinds(["gpt-4o"], datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert (("stale", "gpt-4o") in found) is stale


def test_a_second_source_that_differs(tmp_path: Path) -> None:
    second = tmp_path / "prices.json"
    second.write_text(
        json.dumps(
            {
                "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05},
                "mistral/mistral-large-latest": {"input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06},
            }
        )
    )
    found = review(SHIPPED, ["gpt-4o", "mistral-large-latest"], at=AT, second=second)
    assert [(one.kind, one.what) for one in found[-2:]] == [("differs", "mistral-large-latest")] * 2
    assert "input_tokens $0.5 in default.yaml:" in found[-2].message
    assert "$2 in prices.json" in found[-2].message


def test_a_second_source_that_is_no_json(tmp_path: Path) -> None:
    (tmp_path / "prices.json").write_text("{")
    with pytest.raises(InvalidFile, match=r"prices.json:1:2: not JSON"):
        review(SHIPPED, ["gpt-4o"], at=AT, second=tmp_path / "prices.json")


def test_a_contract_that_ends_is_announced(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("""
schema: price-book/1
contracts:
  - {id: msa, provider: openai, discount: "0.1", to: 2026-12-31, source: {doc: MSA, as_of: 2026-01-01}}
""")
    change, end = review(PriceBook.load(tmp_path / "mine.yaml"), ["gpt-4o"], at=AT)
    assert (end.kind, end.message) == ("ends", "mine.yaml: the discount ends on 2026-12-31; list prices hold then")
    assert change.message.startswith("from 2026-12-31: cache_read_tokens $1.125 → $1.25")


def test_update_locks_the_installed_catalogue(tmp_path: Path) -> None:
    lock = tmp_path / "catalogue.lock.json"
    text = shipped("pricing/catalogue.lock.json").read_text(encoding="utf-8")
    lock.write_text(text.replace('"version": "0.2.3"', '"version": "0.2.2"'))
    before, after = update(lock, today=date(2026, 11, 21))
    assert (before.version, after.version, Catalogue.read(lock).version) == ("0.2.2", "0.2.3", "0.2.3")


def test_update_leaves_an_equal_lock_as_it_is(tmp_path: Path) -> None:
    lock = tmp_path / "catalogue.lock.json"
    lock.write_bytes(shipped("pricing/catalogue.lock.json").read_bytes())
    update(lock, today=date(2027, 1, 1))
    assert lock.read_bytes() == shipped("pricing/catalogue.lock.json").read_bytes()


def test_a_contract_that_is_about_no_model_of_the_scenario_is_named(tmp_path: Path) -> None:
    terms = '{id: msa, provider: openay, discount: "0.1", source: {doc: MSA, as_of: 2026-06-28}}'
    (tmp_path / "book.yaml").write_text(f"schema: price-book/1\ncontracts: [{terms}]\n", encoding="utf-8")
    (finding,) = review(PriceBook.load(tmp_path / "book.yaml"), ["gpt-4o"], at=AT)
    assert (finding.kind, finding.what, finding.failed) == ("unused", "msa", False)
    assert finding.message == "the contract is about openay/*, and none of these models is: openai/gpt-4o"
