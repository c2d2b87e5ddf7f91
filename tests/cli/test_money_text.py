"""Dollars as commands print them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from simulator.cli.money_text import bill_lines, month_lines
from simulator.pricing.book import PriceBook
from simulator.spend.bill import bill
from simulator.spend.projection import MonthCost, Projection
from tests.spend.rows import call, table

MONTH: dict[str, Any] = {
    "month": "2026-12",
    "scale": 1.0,
    "strategy": "single",
    "sessions": 1,
    "requests": 1,
    "based_on_scale": 1.0,
    "p10": None,
    "p50": Decimal(70),
    "p90": None,
    "provenance": "extrapolated",
    "per_request": Decimal(70),
    "per_answered": None,
    "budget": Decimal(60),
    "over_budget": "no data",
    "chance_over_budget": None,
}


def test_a_bill_with_gaps_is_a_lower_bound_on_every_line() -> None:
    """A model without a price was missing from totals that read as whole ones."""
    rows = table(call(1, input_tokens=1_000_000, output_tokens=0), call(2, model="nobody's", input_tokens=1))
    rung, total = bill_lines(bill(rows, PriceBook.load(), at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert rung.split() == ["1×", "single", "≥", "$2.50", "≥", "$1.25", "an", "answered", "request"]
    assert total.startswith("total ≥ 2.5")


def test_a_budget_is_told_in_words_and_from_which_day_it_is_passed() -> None:
    told = (("over", date(2026, 12, 9)), ("no data", None), ("no budget", None))
    months = [MonthCost.model_validate(MONTH | {"over_budget": held, "budget_spent_on": on}) for held, on in told]
    found = Projection(months=months, tornado={}, assumptions=[], needed_sessions=None)
    over, unknown, without = month_lines(found)
    assert over.endswith("no interval · over the budget of $60.00 from 2026-12-09 on  [extrapolated]")
    assert unknown.endswith("no interval · no data on the budget of $60.00  [extrapolated]")
    assert without.endswith("no interval  [extrapolated]")


def test_what_is_to_be_said_of_a_month_is_said_once_for_all_its_scales() -> None:
    note = "partial month; not counted: committed capacity (ptu)"
    months = [MonthCost.model_validate(MONTH | {"scale": scale, "note": note}) for scale in (1.0, 10.0)]
    found = Projection(months=months, tornado={}, assumptions=[], needed_sessions=None)
    assert list(month_lines(found))[2:] == [f"2026-12 single: {note}"]
