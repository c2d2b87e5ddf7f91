"""The months of an invoice, worked by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.pricing.book import PriceBook
from simulator.spend.statement import Statement, statement

BOOK = """
schema: price-book/1
contracts:
  - id: msa
    provider: openai
    models: ["gpt-4o*"]
    discount: "0.20"
    volume: [{up_to: "10", discount: "0"}, {discount: "0.50"}]
    minimum_usd_per_month: "12"
    from: 2026-11-01
    to: 2027-01-01
    source: {doc: MSA, as_of: 2026-06-28}
free:
  - {provider: google, models: ["gemini-*"], meter: web_search_requests, units_per_month: 5000,
     source: {url: "https://ai.google.dev/gemini-api/docs/pricing", as_of: 2026-11-05}}
"""


def read(folder: Path, *rows: dict[str, Any]) -> Statement:
    (folder / "mine.yaml").write_text(BOOK)
    (folder / "usage.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return statement(folder / "usage.jsonl", PriceBook.load(folder / "mine.yaml"))


def asked(at: str, millions: int, model: str = "gpt-4o") -> dict[str, Any]:
    return {"at": at, "model": model, "usage": {"input_tokens": millions * 10**6}}


def test_every_step_of_a_month_is_kept_apart(tmp_path: Path) -> None:
    (month,) = read(
        tmp_path, asked("2026-11-01", 4), asked("2026-11-30T23:59:59Z", 6), asked("2026-11-02", 1, "gpt-4oo")
    ).months
    # 10 M × $2.50 = $25 list, − 20 % = $20; the part above $10 costs half: $5 back
    assert month.model_dump(exclude={"shortfall_usd"}) == {
        "month": "2026-11",
        "requests": 2,
        "list_usd": Decimal(25),
        "contracted_usd": Decimal(20),
        "free_usd": 0,
        "volume_usd": Decimal(5),
        "billed_usd": Decimal(15),
        "unpriced": 1,
    }


def test_a_month_below_the_minimum_is_filled_up(tmp_path: Path) -> None:
    (month,) = read(tmp_path, asked("2026-11-01", 4)).months
    assert (month.contracted_usd, month.shortfall_usd, month.billed_usd) == (8, 4, 12)


def test_each_month_starts_at_the_first_band_and_the_contract_ends(tmp_path: Path) -> None:
    found = read(tmp_path, *(asked(day, 10) for day in ("2026-10-31", "2026-11-01", "2026-12-01", "2027-01-01")))
    assert {month.month: month.billed_usd for month in found.months} == {
        "2026-10": 25,
        "2026-11": 15,
        "2026-12": 15,
        "2027-01": 25,
    }


@pytest.mark.parametrize(("searches", "billed"), [(4999, "0"), (5000, "0"), (5001, "0.014"), (15_000, "140")])
def test_free_units_of_a_month(tmp_path: Path, searches: int, billed: str) -> None:
    row = {"at": "2026-10-01", "model": "gemini-4-argon", "usage": {"web_search_requests": searches}}
    (month,) = read(tmp_path, row).months
    assert month.billed_usd == Decimal(billed)
    assert month.free_usd == month.contracted_usd - month.billed_usd


def test_free_units_are_the_cheapest_ones(tmp_path: Path) -> None:
    rows = [
        {"at": "2026-10-01", "model": model, "usage": {"web_search_requests": 4000}}
        for model in ("gemini-2.5-pro", "gemini-4-argon")
    ]
    prices = [read(tmp_path, row).months[0].list_usd for row in rows]
    assert prices == [140, 56]  # $35 and $14 a thousand
    assert read(tmp_path, *rows).months[0].billed_usd == 105  # 4,000 and 1,000 are free


GRANTS = """
schema: price-book/1
free:
  - {provider: openai, models: ["gpt-4o*"], meter: input_tokens, units_per_month: 1000000,
     source: {doc: a, as_of: 2026-01-01}}
  - {provider: openai, meter: input_tokens, units_per_month: 500000, source: {doc: b, as_of: 2026-01-01}}
"""


@pytest.mark.parametrize(("millions", "billed"), [(1, "1"), (2, "2.25"), (3, "4.75")])
def test_two_grants_free_no_unit_twice_and_each_its_own(tmp_path: Path, millions: int, billed: str) -> None:
    """1.5 M free at $2.50 a million: the second grant once took the place of the first. The answer of $1 is paid."""
    (tmp_path / "grants.yaml").write_text(GRANTS)
    row = asked("2026-11-01", millions)
    row["usage"]["output_tokens"] = 100_000
    (tmp_path / "usage.jsonl").write_text(json.dumps(row))
    (month,) = statement(tmp_path / "usage.jsonl", PriceBook.load(tmp_path / "grants.yaml")).months
    assert month.billed_usd == Decimal(billed)


def test_a_minimum_is_due_in_a_month_without_a_request_too(tmp_path: Path) -> None:
    months = read(tmp_path, asked("2026-10-31", 1), asked("2026-12-31", 4)).months
    assert [(one.month, one.requests, one.billed_usd) for one in months] == [
        ("2026-10", 1, Decimal("2.5")),
        ("2026-11", 0, 12),
        ("2026-12", 1, 12),
    ]


def test_rows_without_a_time_are_in_no_month(tmp_path: Path) -> None:
    assert read(tmp_path, {"model": "gpt-4o", "usage": {"input_tokens": 1}}) == Statement(months=[], undated=1)
