"""Every provider's export, with the trap that is in it."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InvalidFile
from simulator.spend.actuals import known, read
from simulator.spend.actuals.export import Actual

DAY = date(2026, 11, 1)
USAGE = {"start_time": 1793491200, "input_tokens": 10, "output_tokens": 5, "num_model_requests": 5, "model": "gpt-4o"}


def page(*results: dict[str, Any], more: bool = False, **bucket: Any) -> dict[str, Any]:
    return {"object": "page", "data": [{**bucket, "results": list(results)}], "has_more": more}


def lines(folder: Path, content: Any, name: str = "export.json") -> list[Actual]:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read([path])


def test_openai_costs_are_dollars_by_line_item(tmp_path: Path) -> None:
    amount = {"value": 0.06, "currency": "usd"}
    result = {"object": "organization.costs.result", "amount": amount, "line_item": "gpt-4o-2024-08-06, cached input"}
    (line,) = lines(tmp_path, page(result, start_time=1793491200, end_time=1793577600))
    assert line == Actual(
        day=DAY,
        model="gpt-4o-2024-08-06",
        meter="cache_read_tokens",
        amount=Decimal("0.06"),
        description="gpt-4o-2024-08-06, cached input",
    )


def test_openai_usage_includes_the_cached_tokens(tmp_path: Path) -> None:
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "input_cached_tokens": 800,
        "output_tokens": 500,
        "num_model_requests": 5,
        "model": "gpt-4o",
    }
    found = lines(tmp_path, page(result, start_time=1793491200))
    assert {line.meter: line.quantity for line in found if line.meter} == {
        "input_tokens": 200,
        "cache_read_tokens": 800,
        "output_tokens": 500,
    }
    assert [line.requests for line in found if line.requests] == [5]


def test_anthropic_costs_are_cents(tmp_path: Path) -> None:
    # the example of https://platform.claude.com/docs/en/api/admin/cost_report
    result = {
        "amount": "123.78912",
        "context_window": "0-200k",
        "cost_type": "tokens",
        "currency": "USD",
        "description": "Claude Sonnet 4 Usage - Input Tokens",
        "model": "claude-sonnet-4-20250514",
        "service_tier": "standard",
        "token_type": "uncached_input_tokens",
    }
    (line,) = lines(tmp_path, page(result, starting_at="2026-11-01T00:00:00Z"))
    assert (line.amount, line.meter, line.model) == (Decimal("1.2378912"), "input_tokens", "claude-sonnet-4-20250514")


def test_anthropic_usage_counts_each_part_alone(tmp_path: Path) -> None:
    result = {
        "uncached_input_tokens": 1500,
        "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
        "cache_read_input_tokens": 200,
        "output_tokens": 500,
        "server_tool_use": {"web_search_requests": 10},
        "model": "claude-opus-5-5",
    }
    found = lines(tmp_path, page(result, starting_at="2026-11-01T00:00:00Z"))
    assert {line.meter: line.quantity for line in found} == {
        "input_tokens": 1500,
        "cache_write_1h_tokens": 1000,
        "cache_write_5m_tokens": 500,
        "cache_read_tokens": 200,
        "output_tokens": 500,
        "web_search_requests": 10,
    }


def test_azure_bills_in_euros_and_in_thousands(tmp_path: Path) -> None:
    text = (
        "Date,MeterCategory,MeterName,Quantity,UnitOfMeasure,CostInBillingCurrency,BillingCurrency\n"
        "11/01/2026,Foundry Models,gpt 4o 0806 cached Inp glbl Tokens,25.5,1K,0.028,EUR\n"
        "11/01/2026,Foundry Models,gpt-4o-mini-0718-Outp-glbl Tokens,2,1M,1.05,EUR\n"
    )
    cached, output = lines(tmp_path, text, "azure.csv")
    assert (cached.model, cached.meter, cached.quantity) == ("gpt-4o", "cache_read_tokens", 25_500)
    assert (cached.amount, cached.currency, cached.day) == (Decimal("0.028"), "EUR", DAY)
    assert (output.model, output.meter, output.quantity) == ("gpt-4o-mini", "output_tokens", 2_000_000)


def test_azure_usage_details_as_json(tmp_path: Path) -> None:
    details = {"date": "2026-11-01T00:00:00Z", "meterName": "gpt-4o Inp Tokens", "quantity": 3, "unitOfMeasure": "1K"}
    (line,) = lines(tmp_path, {"value": [{"properties": {**details, "cost": 0.5, "billingCurrency": "EUR"}}]})
    assert (line.model, line.quantity, line.amount) == ("gpt-4o", 3000, Decimal("0.5"))


def test_aws_reports_of_both_generations(tmp_path: Path) -> None:
    legacy = (
        "lineItem/ProductCode,lineItem/UsageType,lineItem/ResourceId,lineItem/UsageAmount,lineItem/UnblendedCost,"
        "lineItem/UsageStartDate,lineItem/CurrencyCode,pricing/unit\n"
        "AmazonBedrock,USE1-Nova2.0Lite-input-tokens,arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0,"
        "12.5,0.75,2026-11-01T00:00:00Z,USD,1K tokens\n"
        "AmazonS3,Requests,,1,1,2026-11-01T00:00:00Z,USD,Requests\n"
    )
    (line,) = lines(tmp_path, legacy, "cur.csv")
    assert (line.model, line.meter, line.quantity) == ("amazon.nova-lite-v1:0", "input_tokens", 12_500)
    newer = (
        "line_item_product_code,line_item_usage_type,line_item_usage_amount,line_item_unblended_cost,"
        "line_item_usage_start_date,line_item_currency_code\n"
        "AmazonBedrock,USE1-Claude-cache-read-input-token-count,7,0.5,2026-11-01,USD\n"
    )
    (line,) = lines(tmp_path, newer, "cur2.csv")
    assert (line.model, line.meter, line.quantity, line.amount) == (None, "cache_read_tokens", None, Decimal("0.5"))


def test_aws_resells_models_under_the_marketplace_s_product_code_and_taxes_them_on_lines_of_their_own(
    tmp_path: Path,
) -> None:
    text = (
        "line_item_product_code,product_product_name,line_item_line_item_type,line_item_usage_type,"
        "line_item_unblended_cost,line_item_usage_start_date,line_item_currency_code\n"
        "c1sszt1,Claude Sonnet 4.5 (Amazon Bedrock Edition),Usage,MP:USE1_InputTokenCount-Units,3,2026-11-01,USD\n"
        "AmazonBedrock,Amazon Bedrock,Tax,USE1-Nova2.0Lite-input-tokens,0.57,2026-11-01,USD\n"
        "AmazonBedrock,Amazon Bedrock,Credit,USE1-Nova2.0Lite-input-tokens,-1,2026-11-01,USD\n"
    )
    (line,) = lines(tmp_path, text, "cur.csv")
    assert (line.meter, line.amount) == ("input_tokens", 3)


def test_a_forecast_is_no_bill(tmp_path: Path) -> None:
    """Each scenario of our own focus.csv would have been summed to what was charged."""
    text = "BilledCost,BillingCurrency,ChargePeriodStart,x_IsForecast\n2.5,USD,2026-11-01T00:00:00Z,true\n"
    with pytest.raises(InvalidFile, match="a forecast, as Tenfold writes into"):
        lines(tmp_path, text, "focus.csv")


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("-12,000", "-12000"),
        ("0,012", None),
        ("1,5", None),
        ("1.234,56", None),
    ],
)
def test_a_comma_is_no_decimal_point(tmp_path: Path, said: str, amount: str | None) -> None:
    """`0,012` of a European spreadsheet was read as 12."""
    text = f'BilledCost,BillingCurrency,ChargePeriodStart\n"{said}",EUR,2026-11-01T00:00:00Z\n'
    if amount is None:
        with pytest.raises(InvalidFile, match="is not a number; write a decimal point instead of the comma"):
            lines(tmp_path, text, "focus.csv")
    else:
        assert [line.amount for line in lines(tmp_path, text, "focus.csv")] == [Decimal(amount)]


def test_the_day_of_a_charge_is_that_of_utc(tmp_path: Path) -> None:
    text = "BilledCost,BillingCurrency,ChargePeriodStart\n2.5,USD,2026-11-02T00:30:00+01:00\n"
    assert [line.day for line in lines(tmp_path, text, "focus.csv")] == [DAY]


def test_litellm_spend_is_not_split_by_meter(tmp_path: Path) -> None:
    row = {"request_id": "r", "spend": 0.0025, "model": "gpt-4o", "prompt_tokens": 900, "completion_tokens": 25}
    found = lines(tmp_path, json.dumps({**row, "startTime": "2026-11-01T10:00:00Z"}) + "\n", "spend.jsonl")
    assert [(line.meter, line.quantity, line.amount, line.requests) for line in found] == [
        ("input_tokens", 900, None, None),
        ("output_tokens", 25, None, None),
        (None, None, Decimal("0.0025"), 1),
    ]


def test_focus_leaves_tax_out(tmp_path: Path) -> None:
    text = (
        "BilledCost,BillingCurrency,ChargePeriodStart,ChargeCategory,SkuMeter,ConsumedQuantity,ConsumedUnit,x_Model\n"
        "2.5,USD,2026-11-01T00:00:00Z,Usage,Input Tokens,1000000,Tokens,gpt-4o\n"
        "0.475,USD,2026-11-01T00:00:00Z,Tax,,,,\n"
        "260,USD,2026-11-01T00:00:00Z,Purchase,Input Tokens,,,gpt-4o\n"
    )
    usage, purchase = lines(tmp_path, text, "focus.csv")
    assert (usage.model, usage.meter, usage.quantity, usage.amount) == ("gpt-4o", "input_tokens", 10**6, Decimal("2.5"))
    assert (purchase.meter, purchase.amount) == (None, 260)


def test_a_page_that_has_more_is_half_the_truth(tmp_path: Path) -> None:
    result = {"amount": {"value": 1, "currency": "usd"}, "line_item": None}
    first, last = page(result, start_time=1793491200, more=True), page(result, start_time=1793577600)
    with pytest.raises(InvalidFile, match="the last page says has_more"):
        lines(tmp_path, first)
    assert sum(line.amount or 0 for line in lines(tmp_path, [first, last])) == 2
    assert len(lines(tmp_path, "\n".join(json.dumps(one) for one in (first, last)))) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "neither JSON nor JSON lines"),
        ("a,b\n1,2\n", "fits no known kind of export: anthropic-costs, anthropic-usage, aws-cur, azure-details"),
        ({"data": []}, "no records"),
        (page({"amount": {"value": "x", "currency": "usd"}}, start_time=1793491200), "'x' is not a number"),
        (page({"amount": {"value": 1, "currency": "usd"}}, start_time="noon"), "record 1: 'noon' is not a date"),
        (page({"amount": {"value": 1, "currency": "usd"}}, start_time=10**17), "record 1: .10+. is not a date"),
        (page({"amount": "5", "currency": "USD"}, starting_at=None), "no starting_at: which day is it"),
    ],
)
def test_what_is_no_export_is_told(tmp_path: Path, content: Any, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        lines(tmp_path, content)


def test_kinds_have_names() -> None:
    assert len(known()) == 8


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"object": "page", "data": ["x"]}, "page 1: 'x' stands where a record should"),
        ({"object": "page", "data": [{"start_time": 1793491200, "results": [3]}]}, "page 1: '3' stands where a record"),
        ([USAGE, {"start_time": 1793491200}], "record 2: no record of openai-usage, as the first one is"),
        ("[" * 10**6, "export.json:1:1: not JSON that can be read"),
        ("9" * 5000, "no records"),
    ],
)
def test_a_bent_export_is_told_by_its_record(content: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as told:
        lines(tmp_path, content)
    assert says in str(told.value)


def test_requests_that_an_export_does_not_count_are_unknown(tmp_path: Path) -> None:
    found = lines(tmp_path, [USAGE, USAGE | {"num_model_requests": None}])
    assert [line.requests for line in found if line.meter is None] == [5, None]
