"""Other prices, same attempts."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from simulator.pricing.book import PriceBook
from simulator.spend.impact import impact
from tests.spend.rows import call, table

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
BOOK = PriceBook.load()
ROWS = table(
    call(1, model="gemini-4-argon", input_tokens=1_000_000, output_tokens=0),
    call(2, input_tokens=1_000_000, output_tokens=0),
)


def test_what_a_dearer_contract_does_to_a_run(tmp_path: Path) -> None:
    (tmp_path / "dearer.yaml").write_text("""
schema: price-book/1
models:
  - model: google/gemini-4-argon
    source: {doc: MSA, as_of: 2026-11-01}
    prices: [{from: 2026-11-01, usd_per_million: {input_tokens: "4", output_tokens: "20"}}]
""")
    done = impact(ROWS, BOOK, PriceBook.load(tmp_path / "dearer.yaml"), at=NOVEMBER)
    assert done.change == 2
    assert done.by_model == {"gemini-4-argon": (Decimal(2), Decimal(4)), "gpt-4o": (Decimal("2.5"), Decimal("2.5"))}


def test_totals_that_leave_different_rows_out_do_not_compare() -> None:
    assert impact(ROWS, BOOK, PriceBook("empty", (), None), at=NOVEMBER).change is None


def test_as_many_rows_left_out_are_not_the_same_rows(tmp_path: Path) -> None:
    """Each book prices one of two attempts: the difference of $2.50 and $2 was called a change."""
    books = []
    for name, model in (("openai", "gpt-4o"), ("google", "gemini-4-argon")):
        entry = f'[{{from: 2026-01-01, usd_per_million: {{input_tokens: "{len(books) + 1}", output_tokens: "1"}}}}]'
        models = f"[{{model: {name}/{model}, source: {{doc: MSA, as_of: 2026-01-01}}, prices: {entry}}}]"
        (tmp_path / f"{name}.yaml").write_text(f"schema: price-book/1\nextends: []\nmodels: {models}\n")
        books.append(PriceBook.load(tmp_path / f"{name}.yaml"))
    found = impact(ROWS, *books, at=NOVEMBER)
    assert (found.before.total, found.after.total, found.change) == (1, 2, None)
