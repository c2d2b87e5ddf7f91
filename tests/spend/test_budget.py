"""A month held against its budget, on the boundary and beyond."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from simulator.scenario.projection import Launch
from simulator.spend.budget import chance_over, spent_on, verdict
from simulator.spend.calendar import months

USD = Decimal(100)


@pytest.mark.parametrize(
    ("p50", "p90", "held"),
    [
        ("100", "100", "within"),
        ("100", "100.01", "risk"),
        ("100.01", "120", "over"),
        ("99", None, "no data"),
        ("101", None, "over"),
    ],
)
def test_the_budget_itself_may_be_spent(p50: str, p90: str | None, held: str) -> None:
    assert verdict(USD, p50=Decimal(p50), p90=None if p90 is None else Decimal(p90)) == held


def test_without_a_budget_nothing_is_held_against_it() -> None:
    (month,) = months(Launch(starts=date(2026, 12, 1), sessions_per_day=1), 1)
    assert verdict(None, p50=USD, p90=USD) == "no budget"
    assert chance_over(None, np.array([1.0])) is None
    assert spent_on(None, month, means=[USD], scale=1.0) is None


def test_the_chance_is_the_share_of_months_that_cost_more() -> None:
    assert chance_over(USD, np.array([99.0, 100.0, 101.0, 102.0])) == 0.5
    assert chance_over(USD, None) is None


@pytest.mark.parametrize(("scale", "day"), [(1.0, None), (31.0, 4), (1000.0, 1)])
def test_a_dollar_a_day_lasts_a_hundred_days(scale: float, day: int | None) -> None:
    """At 31×: $31 a day, 93 after three days, 124 after four."""
    (month,) = months(Launch(starts=date(2026, 12, 1), sessions_per_day=1), 1)
    found = spent_on(USD, month, means=[Decimal(1)], scale=scale)
    assert found == (None if day is None else date(2026, 12, day))


def test_a_price_change_within_the_month_counts_from_its_day() -> None:
    (month,) = months(Launch(starts=date(2026, 12, 1), sessions_per_day=1), 1, changes=[date(2026, 12, 11)])
    assert spent_on(USD, month, means=[Decimal(1), Decimal(31)], scale=1.0) == date(2026, 12, 13)
