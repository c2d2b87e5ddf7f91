"""Dollars as commands print them."""

from datetime import UTC, datetime

from simulator.cli.money_text import bill_lines
from simulator.pricing.book import PriceBook
from simulator.spend.bill import bill
from tests.spend.rows import call, table


def test_a_bill_with_gaps_is_a_lower_bound_on_every_line() -> None:
    """A model without a price was missing from totals that read as whole ones."""
    rows = table(call(1, input_tokens=1_000_000, output_tokens=0), call(2, model="nobody's", input_tokens=1))
    rung, total = bill_lines(bill(rows, PriceBook.load(), at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert rung.split() == ["1×", "single", "≥", "$2.50", "≥", "$1.25", "an", "answered", "request"]
    assert total.startswith("total ≥ 2.5")
