"""What contracts ask of a month as a whole, worked by hand on the month of `test_projection`."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from simulator.pricing.terms import Contract
from simulator.scenario.projection import ProjectionPlan
from simulator.spend.contracted import Band, ContractTerm, Covered, billed, usage_within
from tests.run.hand import asked
from tests.spend.test_projection import month, projected, rung

MSA: dict[str, Any] = {
    "id": "msa",
    "provider": "openai",
    "discount": "0",
    "source": {"doc": "MSA.pdf", "as_of": date(2026, 6, 28)},
}
BANDS = [{"up_to": "50000", "discount": "0"}, {"discount": "0.05"}]


def covered(*models: str, **said: Any) -> list[Covered]:
    return [Covered(Contract.model_validate(MSA | said), frozenset(models))]


@pytest.mark.parametrize(
    ("minimum", "budget", "p50", "held"),
    [("60000", 61_000, "60000.00", "risk"), ("54000", 53_999, "54000.00", "over"), ("0", 70_000, "54000.00", "within")],
)
def test_a_month_costs_at_least_what_was_promised(minimum: str, budget: int, p50: str, held: str) -> None:
    """27,000 sessions of $2 are $54,000."""
    contracts = covered("gpt-4o", minimum_usd_per_month=minimum)
    december = month(projected(rung(1.0), contracts=contracts, budget=Decimal(budget)))
    assert (december.p50, december.over_budget) == (Decimal(p50), held)
    assert december.per_request == Decimal(1)  # what one more request costs


def test_a_minimum_bounds_the_interval_and_the_bars_from_below() -> None:
    found = projected(rung(1.0), contracts=covered("gpt-4o", minimum_usd_per_month="60000"))
    december = month(found)
    assert december.p90 is not None
    assert (december.p10, december.p90 > 60_000) == (Decimal("60000.00"), True)
    assert {bar.assumption: bar.low for bar in found.tornado["single"]}["sessions"] == Decimal("60000.00")


def test_ten_times_the_users_are_not_ten_times_the_minimum() -> None:
    plan = ProjectionPlan(scales=[1, 10], months=1)
    found = projected(rung(1.0), plan=plan, contracts=covered("gpt-4o", minimum_usd_per_month="100000"))
    assert [one.p50 for one in found.months] == [Decimal("100000.00"), Decimal("540000.00")]


def test_volume_gives_back_within_its_band_only() -> None:
    """$54,000 of usage: 5 % of the $4,000 above $50,000."""
    december = month(projected(rung(1.0), contracts=covered("gpt-4o", volume=BANDS)))
    assert december.p50 == Decimal("53800.00")
    assert [billed(Decimal(usage), december.contracts) for usage in (50_000, 50_001)] == [50_000, Decimal("50000.95")]


def test_the_budget_pays_for_more_than_its_share_of_the_minimum() -> None:
    """$54,000 of usage under a minimum of $60,000: $108,000 pay twice the usage, not 1.8 times the month."""
    contracts = covered("gpt-4o", minimum_usd_per_month="60000")
    december = month(projected(rung(1.0), contracts=contracts, budget=Decimal(108_000)))
    paid = usage_within(Decimal(108_000), december.contracts)
    assert paid is not None
    assert float(paid / december.usage) == pytest.approx(2.0, rel=1e-5)
    assert december.plan_at(2.0) == Decimal(108_000)
    assert usage_within(Decimal(59_999), december.contracts) is None


@pytest.mark.parametrize(
    ("budget", "usage"),
    [
        ("1", 1),  # the minimum is the budget: all that it pays for
        ("1.5", 6),  # $1 at the full price and $5 for half a dollar
        ("10", 91),  # nine times the budget, most of it at a tenth
    ],
)
def test_a_budget_pays_for_more_than_its_dollars_where_volume_is_cheap(budget: str, usage: int) -> None:
    bands = [Band(up_to=Decimal(1), discount=Decimal(0)), Band(up_to=None, discount=Decimal("0.9"))]
    terms = [ContractTerm(id="msa", share=Decimal(1), minimum=Decimal(1), bands=bands)]
    paid = usage_within(Decimal(budget), terms)
    assert paid is not None
    assert float(paid) == pytest.approx(usage, rel=1e-5)


@pytest.mark.parametrize(
    ("terms", "day"),
    [
        ({}, 7),
        ({"minimum_usd_per_month": "9000"}, 7),
        ({"minimum_usd_per_month": "10001"}, 1),  # more than the budget is due before anybody asked anything
        ({"volume": [{"up_to": "8000", "discount": "0"}, {"discount": "0.5"}]}, 8),  # Monday's $2,000 cost half of it
    ],
)
def test_the_day_on_which_a_budget_is_spent_is_that_of_the_bill(terms: dict[str, Any], day: int) -> None:
    """$10,000 of usage are reached on Sunday, 2026-12-06, and a weekday brings $2,000 more."""
    december = month(projected(rung(1.0), contracts=covered("gpt-4o", **terms), budget=Decimal(10_000)))
    assert december.budget_spent_on == date(2026, 12, day)


def test_the_register_says_what_a_contract_asks() -> None:
    contracts = covered("gpt-4o", minimum_usd_per_month="60000", volume=BANDS, discount="0.12")
    rows = {row["id"]: row for row in projected(rung(1.0), contracts=contracts).assumptions}
    assert rows["contract.msa"]["value"] == (
        "12 % off the list price; 0 % off up to $50,000; 5 % off all above; "
        "at least $60,000 a month, as if nothing else counted to it"
    )
    assert rows["contract.msa"]["source"] == "MSA.pdf"


def test_a_contract_is_about_its_own_models() -> None:
    """Half of $54,000 goes to gpt-4o-mini: the minimum of $40,000 for gpt-4o adds $13,000 to its $27,000."""
    rows = [asked(f"s{n}", n / 10, output=200, model="gpt-4o" if n % 2 else "gpt-4o-mini") for n in range(40)]
    december = month(projected(rows, contracts=covered("gpt-4o", minimum_usd_per_month="40000")))
    assert (december.contracts[0].share, december.p50) == (Decimal("0.5"), Decimal("67000.00"))


def test_a_contract_that_has_ended_asks_nothing() -> None:
    december = month(projected(rung(1.0), contracts=covered("gpt-4o", minimum_usd_per_month="60000", to="2026-12-01")))
    assert (december.contracts, december.p50) == ([], Decimal("54000.00"))
