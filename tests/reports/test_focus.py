"""focus.csv."""

import csv
import io
from decimal import Decimal

import pytest

from simulator.reports.focus import COLUMNS, render, text
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
