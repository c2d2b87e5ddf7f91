"""focus.csv."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from simulator.reports.focus import COLUMNS, render, text
from simulator.spend.month import Days
from simulator.summary import Summary


def lines(summary: Summary) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(summary))))


def test_every_line_is_labelled_a_forecast(launch: Summary) -> None:
    found = lines(launch)
    assert found
    assert {row["x_IsForecast"] for row in found} == {"true"}
    assert all(row["ChargeDescription"].startswith("Forecast: ") for row in found)
    assert {row["x_Provenance"] for row in found} == {"extrapolated"}


def test_the_lines_of_a_month_sum_to_its_p50_exactly(launch: Summary) -> None:
    found = lines(launch)
    for month in launch.projection.months:
        own = [
            row
            for row in found
            if (row["x_Strategy"], float(row["x_Scale"])) == (month.strategy, month.scale)
            and row["BillingPeriodStart"].startswith(month.month)
        ]
        assert sum(Decimal(row["BilledCost"]) for row in own) == month.p50


def test_list_cost_is_unit_price_times_quantity_wherever_there_is_a_price(launch: Summary) -> None:
    priced = [row for row in lines(launch) if row["ListUnitPrice"]]
    assert len(priced) > 40
    for row in priced:
        assert Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"]) == Decimal(row["ListCost"])
        assert Decimal(row["PricingQuantity"]) * 1_000_000 == Decimal(row["ConsumedQuantity"])


def test_a_discount_stands_between_list_and_contracted_cost(contracted: Summary) -> None:
    priced = [row for row in lines(contracted) if row["ListUnitPrice"]]
    assert priced
    for row in priced:
        assert Decimal(row["ContractedCost"]) == Decimal(row["ContractedUnitPrice"]) * Decimal(row["PricingQuantity"])
        assert row["ContractedCost"] == row["EffectiveCost"] == row["BilledCost"]
        assert float(Decimal(row["ContractedCost"]) / Decimal(row["ListCost"])) == pytest.approx(0.9)


def test_what_a_contract_asks_of_a_month_is_a_line_and_the_sum_holds(contracted: Summary) -> None:
    found = lines(contracted)
    for month in contracted.projection.months:
        own = [
            row
            for row in found
            if (row["x_Strategy"], float(row["x_Scale"])) == (month.strategy, month.scale)
            and row["BillingPeriodStart"].startswith(month.month)
        ]
        terms = [row for row in own if "contract msa" in row["ChargeDescription"]]
        assert [row["ChargeCategory"] for row in terms] == ["Adjustment" if month.scale == 1 else "Credit"]
        assert sum(Decimal(row["BilledCost"]) for row in own) == month.p50


def test_every_line_names_a_service(contracted: Summary) -> None:
    assert all(row["ServiceName"] for row in lines(contracted))


def test_adjustments_are_small_and_carry_no_price(launch: Summary) -> None:
    for row in (row for row in lines(launch) if row["ChargeCategory"] == "Adjustment"):
        assert abs(Decimal(row["BilledCost"])) < Decimal("0.02")
        assert row["PricingQuantity"] == row["ListUnitPrice"] == ""


def test_without_bill_lines_the_month_is_one_line_without_a_price(launch: Summary) -> None:
    found = lines(launch.model_copy(update={"items": []}))
    assert len(found) == len(launch.projection.months)
    assert {row["SkuMeter"] for row in found} == {""}
    assert sum(Decimal(row["BilledCost"]) for row in found) == sum(month.p50 for month in launch.projection.months)


def test_each_line_pays_the_price_of_its_own_charge_period(launch: Summary) -> None:
    """From 16 December prices double: 13 of 27 days of it pay the run's, the others twice that; so does January."""
    changed = date(2026, 12, 16)
    twice = [
        one.model_copy(
            update={"usd_per_million": 2 * one.usd_per_million, "list_usd_per_million": 2 * one.usd_per_million}
        )
        for one in launch.items
    ]
    early, late = Decimal(13) / 27, Decimal(14) / 27
    december = [
        Days(first=date(2026, 12, 1), until=changed, share=early),
        Days(first=changed, until=date(2027, 1, 1), share=late),
    ]
    (month,) = [
        one for one in launch.projection.months if (one.month, one.scale, one.strategy) == ("2026-12", 1, "single")
    ]
    dearer = month.model_copy(
        update={"days": december, "p50": (month.p50 * (early + 2 * late)).quantize(Decimal("0.01"))}
    )
    projection = launch.projection.model_copy(update={"months": [dearer]})
    found = lines(launch.model_copy(update={"projection": projection, "items_from": {changed: twice}}))
    *usage, adjustment = found
    spans = [(row["ChargePeriodStart"][:10], row["ChargePeriodEnd"][:10]) for row in usage]
    half = len(usage) // 2
    assert spans == [("2026-12-01", "2026-12-16")] * half + [("2026-12-16", "2027-01-01")] * half
    for before, after in zip(usage[:half], usage[half:], strict=True):
        assert Decimal(after["ListUnitPrice"]) == 2 * Decimal(before["ListUnitPrice"])
        assert float(after["PricingQuantity"]) / float(before["PricingQuantity"]) == pytest.approx(14 / 13)
    assert abs(Decimal(adjustment["BilledCost"])) < Decimal("0.02")
    assert sum(Decimal(row["BilledCost"]) for row in found) == dearer.p50


def test_a_line_says_since_when_its_price_holds_and_who_says_so(launch: Summary) -> None:
    dated = [one.model_copy(update={"since": date(2026, 10, 14)}) for one in launch.items]
    for summary, since in ((launch, ""), (launch.model_copy(update={"items": dated}), "2026-10-14")):
        priced = [row for row in lines(summary) if row["ListUnitPrice"]]
        assert {row["x_PriceSince"] for row in priced} == {since}
        assert all(row["x_PriceSource"] for row in priced)


@pytest.mark.parametrize("named", ["gpt-4o", "openai/gpt-4o"])
def test_a_line_names_who_bills_it_whether_or_not_calls_name_a_provider(launch: Summary, named: str) -> None:
    prices = [{"model": named, "priced_as": "openai/gpt-4o"}, {"model": "mygpt-4o", "priced_as": "mine/mygpt-4o"}]
    found = lines(launch.model_copy(update={"prices": prices}))
    assert {row["ProviderName"] for row in found if row["ServiceName"] == "gpt-4o"} == {"openai"}
    assert {row["ProviderName"] for row in found if row["ServiceName"] == "gpt-4o-mini"} == {""}


def test_december_ends_where_january_begins(launch: Summary) -> None:
    first = lines(launch)[0]
    assert (first["BillingPeriodStart"], first["BillingPeriodEnd"]) == ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")


def test_no_projection_leaves_the_heading(interrupted: Summary) -> None:
    assert render(interrupted) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_text_is_never_a_formula(words: str) -> None:
    assert text(words) == f"'{words}"


def test_hostile_names_survive_as_text(hostile: Summary) -> None:
    assert all(row["x_Scenario"][:1] in ("'", "r") for row in lines(hostile))
