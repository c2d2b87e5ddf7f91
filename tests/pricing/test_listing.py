"""Prices shown and compared."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from simulator.pricing.book import PriceBook
from simulator.pricing.listing import PriceChange, diff, price_changes, price_lines
from simulator.pricing.snapshot import snapshot_text
from simulator.shipped import shipped

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHIPPED = PriceBook.load()


def test_all_prices_of_a_model_the_standard_ones_first() -> None:
    lines = price_lines(SHIPPED, "gpt-6.1-sol", at=AT)
    shown = {line.condition[1:]: line.rate.usd_per_million for line in lines if line.rate.meter == "input_tokens"}
    assert list(shown)[:2] == [("", 0, "input_tokens"), ("", 272_001, "input_tokens")]
    assert shown["batch", 0, "input_tokens"] == 1
    assert shown["priority", 272_001, "input_tokens"] == 8
    assert ("batch", 0, "web_search_requests") not in {line.condition[1:] for line in lines}


def test_what_changes_when() -> None:
    ((day, changes),) = price_changes(SHIPPED, "gemini-4-argon", after=AT)
    assert day == date(2026, 12, 1)
    assert PriceChange("google/gemini-4-argon", "", 0, "input_tokens", Decimal(2), Decimal(4)) in changes
    assert {change.share for change in changes} == {1}


def test_a_price_holds_since_the_first_day_on_which_it_was_the_same(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("""
schema: price-book/1
models:
  - model: acme/m
    source: {doc: MSA, as_of: 2026-11-01}
    prices:
      - {from: 2026-01-01, usd_per_million: {input_tokens: "1", output_tokens: "5"}}
      - {from: 2026-03-01, usd_per_million: {input_tokens: "2", output_tokens: "5"}}
      - {from: 2026-06-01, usd_per_million: {input_tokens: "2", output_tokens: "6"}}
""")
    lines = price_lines(PriceBook.load(tmp_path / "mine.yaml"), "m", at=AT)
    assert {line.rate.meter: line.rate.since for line in lines} == {
        "input_tokens": date(2026, 3, 1),
        "output_tokens": date(2026, 6, 1),
    }


def test_two_books_differ_where_one_has_its_own_price(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("""
schema: price-book/1
models:
  - model: openai/gpt-4o-mini
    source: {doc: MSA, as_of: 2026-11-01}
    prices: [{from: 2026-11-01, usd_per_million: {input_tokens: "0.12", output_tokens: "0.6"}}]
""")
    changes = diff(SHIPPED, PriceBook.load(tmp_path / "mine.yaml"), models=["gpt-4o", "gpt-4o-mini"], at=AT)
    standard = {(change.meter, change.before, change.after) for change in changes if not change.tier}
    assert ("input_tokens", Decimal("0.15"), Decimal("0.12")) in standard
    assert ("cache_read_tokens", Decimal("0.075"), None) in standard
    assert {change.model for change in changes} == {"openai/gpt-4o-mini"}


TIERS = """
schema: price-book/1
extends: []
models:
  - model: acme/m
    source: {doc: MSA, as_of: 2026-11-01}
    prices:
      - {from: 2026-01-01, usd_per_million: {input_tokens: "2", output_tokens: "8"},
         tiers: {batch: {usd_per_million: {input_tokens: "1", output_tokens: "OUT"}}}}
      - {from: 2026-12-01, usd_per_million: {input_tokens: "2", output_tokens: "10"}, LONG
         tiers: {batch: {usd_per_million: {input_tokens: "1"}}, slow: {scale: "1"}}}
"""


def written(folder: Path, name: str, *, output: str = "4", long: str = "") -> PriceBook:
    (folder / name).write_text(TIERS.replace("OUT", output).replace("LONG", long))
    return PriceBook.load(folder / name)


def test_a_tier_that_comes_to_cost_what_the_standard_one_does_has_a_price(tmp_path: Path) -> None:
    """It was shown as `$4 → unknown`, as was a long prompt's; a tier that only repeats the standard one is left out."""
    ((_, changes),) = price_changes(written(tmp_path, "a.yaml"), "m", after=AT)
    assert changes == [
        PriceChange("acme/m", "", 0, "output_tokens", Decimal(8), Decimal(10)),
        PriceChange("acme/m", "batch", 0, "output_tokens", Decimal(4), Decimal(10)),
    ]


def test_a_bound_for_long_prompts_changes_the_price_that_they_paid_before(tmp_path: Path) -> None:
    long = 'long_context: [{over: 100, scale: {input_tokens: "2"}}],'
    ((_, changes),) = price_changes(written(tmp_path, "a.yaml", long=long), "m", after=AT)
    assert PriceChange("acme/m", "", 101, "input_tokens", Decimal(2), Decimal(4)) in changes
    assert [one.prompt_from for one in changes if one.meter == "output_tokens"] == [0, 0]


def test_a_run_s_rates_have_the_tiers_that_it_kept(tmp_path: Path) -> None:
    mine = written(tmp_path, "a.yaml")
    rows = mine.snapshot(["m"], AT, tiers=(None, "batch"))
    (tmp_path / "rates.yaml").write_text(snapshot_text(rows))
    assert diff(PriceBook.load(tmp_path / "rates.yaml"), mine, models=["m"], at=AT) == []
    (change,) = diff(
        PriceBook.load(tmp_path / "rates.yaml"), written(tmp_path, "b.yaml", output="5"), models=["m"], at=AT
    )
    assert (change.tier, change.meter, change.before, change.after) == ("batch", "output_tokens", 4, 5)


def test_the_shipped_book_and_the_catalogue_it_stands_on_do_not_differ() -> None:
    lock = PriceBook.load(shipped("pricing/catalogue.lock.json"))
    assert diff(SHIPPED, lock, models=["gpt-4o", "gemini-4-argon"], at=AT) == []


def test_hours_with_other_prices_are_shown_whatever_the_hour_is(tmp_path: Path) -> None:
    """At a quiet hour nothing said that another one costs twice as much."""
    shown = [
        [(one.rate.meter, one.rate.usd_per_million, one.rate.steps) for one in price_lines(book, model, at=at)]
        for book, model in ((SHIPPED, "deepseek-v4-pro"), (kept_hours(tmp_path), "deepseek-v4-pro"))
        for at in (AT, AT.replace(hour=2))
    ]
    peak = "hours 09:00-12:00, 14:00-18:00 Asia/Shanghai on mon, tue, wed, thu, fri"
    assert ("output_tokens", Decimal("1.98"), ()) in shown[0]
    assert ("output_tokens", Decimal("3.96"), (peak,)) in shown[0]
    assert [sorted(lines) for lines in shown[1:]] == [sorted(shown[0])] * 3
    # On Saturday, 2026-08-22, all days have a peak; from the 23rd on only working ones, which is another entry.
    saturday = price_lines(SHIPPED, "deepseek-v4-pro", at=datetime(2026, 8, 22, 12, tzinfo=UTC))
    assert {one.rate.steps for one in saturday} == {(), ("hours 01:00-04:00, 06:00-10:00 UTC",)}


def kept_hours(folder: Path) -> PriceBook:
    (folder / "hours.yaml").write_text(snapshot_text(SHIPPED.snapshot(["deepseek-v4-pro"], AT)))
    return PriceBook.load(folder / "hours.yaml")


def test_the_unknown_side_of_a_difference_is_unknown() -> None:
    empty = PriceBook("empty", (), None)
    (change, *_) = diff(empty, SHIPPED, models=["gpt-4o"], at=AT)
    assert (change.before, change.after, change.share) == (None, Decimal("1.25"), None)
