"""The bridge from the expected bill to the invoice."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.spend.actuals.export import Actual
from simulator.spend.sides import expected_of_calls, expected_of_log
from simulator.spend.variance import Variance, compare
from tests.spend.rows import call, table

AT, DAY = datetime(2026, 11, 20, tzinfo=UTC), date(2026, 11, 20)
BOOK = PriceBook.load()
# Ten requests of 1,000 tokens in, 400 of them cached, 100 out: 10 × (600×2.50 + 400×1.25 + 100×10)/1M = $0.03
EXPECTED = expected_of_calls(
    table(*(call(n, input_tokens=1000, cache_read_tokens=400, output_tokens=100) for n in range(10))), BOOK, at=AT
)


def invoice(
    *, model: str = "gpt-4o", requests: int | None = 10, fresh: int, cached: int, output: int, discount: str = "1"
) -> list[Actual]:
    prices = {"input_tokens": "2.5", "cache_read_tokens": "1.25", "output_tokens": "10"}
    counts = {"input_tokens": fresh, "cache_read_tokens": cached, "output_tokens": output}
    lines = [
        Actual(
            day=DAY,
            model=model,
            meter=meter,
            quantity=Decimal(count),
            amount=count * Decimal(prices[meter]) * Decimal(discount) / 10**6,
        )
        for meter, count in counts.items()
    ]
    return lines + ([Actual(day=DAY, model=model, requests=requests)] if requests is not None else [])


def steps(variance: Variance) -> dict[str, Decimal | None]:
    return {step.name: step.usd for step in variance.steps if step.usd != 0}


def test_an_invoice_as_expected_has_no_steps() -> None:
    same = compare(EXPECTED, invoice(fresh=6000, cached=4000, output=1000), BOOK)
    assert (same.expected, same.actual, steps(same), same.flags) == (Decimal("0.03"), Decimal("0.03"), {}, [])


@pytest.mark.parametrize(
    ("lines", "name", "usd"),
    [
        (invoice(requests=20, fresh=12000, cached=8000, output=2000), "volume", "0.03"),
        (invoice(fresh=12000, cached=8000, output=2000), "tokens per request", "0.03"),
        (invoice(fresh=10000, cached=0, output=1000), "cache", "0.005"),
        (invoice(fresh=6000, cached=4000, output=1000, discount="0.9"), "price", "-0.003"),
        ([*invoice(fresh=6000, cached=4000, output=1000), Actual(day=DAY, amount=Decimal(5))], "unexplained", "5"),
    ],
)
def test_each_reason_lands_in_its_own_step(lines: list[Actual], name: str, usd: str) -> None:
    assert steps(compare(EXPECTED, lines, BOOK)) == {name: Decimal(usd)}


def test_requests_that_move_to_a_cheaper_model_are_mix() -> None:
    models = ("gpt-4o", "gpt-4o-mini") * 5
    rows = [call(n, model=model, input_tokens=1000, output_tokens=100) for n, model in enumerate(models)]
    expected = expected_of_calls(table(*rows), BOOK, at=AT)
    # a request costs 1000×2.50 + 100×10 = $0.0035 on gpt-4o and 1000×0.15 + 100×0.60 = $0.00021 on gpt-4o-mini
    amounts = {("gpt-4o", 2): Decimal("0.0035"), ("gpt-4o-mini", 8): Decimal("0.00021")}
    lines = [
        line
        for (model, count), usd in amounts.items()
        for line in (
            Actual(day=DAY, model=model, meter="input_tokens", quantity=Decimal(1000 * count)),
            Actual(day=DAY, model=model, meter="output_tokens", quantity=Decimal(100 * count), amount=usd * count),
            Actual(day=DAY, model=model, requests=count),
        )
    ]
    assert steps(compare(expected, lines, BOOK)) == {"mix": Decimal("-0.00987")}  # three requests × $0.00329


def test_without_requests_volume_and_length_are_one_step() -> None:
    variance = compare(EXPECTED, invoice(requests=None, fresh=12000, cached=8000, output=2000), BOOK)
    assert steps(variance) == {"volume": None, "mix": None, "tokens per request": Decimal("0.03")}
    assert variance.steps[0].note == "the exports do not count requests by model; in the next step"


def test_dollars_alone_explain_nothing() -> None:
    variance = compare(EXPECTED, [Actual(day=DAY, model="gpt-4o", amount=Decimal(1), meter="input_tokens")], BOOK)
    assert steps(variance)["unexplained"] == Decimal("0.97")


def test_tokens_alone_are_no_invoice() -> None:
    with pytest.raises(BadInput, match="add the provider's cost report as a second --actual"):
        compare(EXPECTED, [Actual(day=DAY, model="gpt-4o", meter="input_tokens", quantity=Decimal(1))], BOOK)


def test_what_could_not_be_expected_is_counted() -> None:
    rows = table(call(1, input_tokens=1000, output_tokens=100), call(2, model="gpt-4oo", input_tokens=1))
    found = compare(expected_of_calls(rows, BOOK, at=AT), invoice(fresh=1000, cached=0, output=100), BOOK)
    assert (found.expected, found.unpriced) == (Decimal("0.0035"), 1)


def test_a_model_of_which_nobody_knows_the_price_is_named() -> None:
    odd = Actual(day=DAY, model="gpt-4oo", meter="input_tokens", amount=Decimal(2), description="GPT 4oo in")
    last = compare(EXPECTED, [*invoice(fresh=6000, cached=4000, output=1000), odd], BOOK).steps[-1]
    assert (last.usd, last.note) == (2, "1 lines without a known model and meter: GPT 4oo in")


def test_euros_need_a_rate(tmp_path: Path) -> None:
    lines = [Actual(day=DAY, model="gpt-4o", amount=Decimal(2), currency="EUR", meter="input_tokens")]
    with pytest.raises(UnknownPrice, match="no rate for EUR on 2026-11-20; add one under `fx:`"):
        compare(EXPECTED, lines, BOOK)
    (tmp_path / "mine.yaml").write_text("""
schema: price-book/1
fx:
  - {currency: EUR, usd: "1.10", from: 2026-10-01, method: period-average, source: {doc: ECB, as_of: 2026-10-31}}
  - {currency: EUR, usd: "1.14", from: 2026-11-01, method: period-average, source: {doc: ECB, as_of: 2026-11-19}}
""")
    assert compare(EXPECTED, lines, PriceBook.load(tmp_path / "mine.yaml")).actual == Decimal("2.28")


def test_a_log_is_an_expectation_too(tmp_path: Path) -> None:
    row = {
        "model": "gpt-4o",
        "at": "2026-11-20",
        "usage": {"input_tokens": 1000, "cache_read_tokens": 400, "output_tokens": 100},
    }
    (tmp_path / "usage.jsonl").write_text((json.dumps(row) + "\n") * 10 + '{"model": "gpt-4oo", "usage": {"x": 1}}\n')
    assert expected_of_log(tmp_path / "usage.jsonl", BOOK) == EXPECTED._replace(unpriced=1)


@pytest.mark.parametrize(
    ("lines", "flag"),
    [
        (invoice(fresh=6000, cached=4000, output=1000) * 2, "2 equal lines on 2026-11-20"),
        (invoice(fresh=6000, cached=4000, output=2000), "2000 output_tokens where 1000 were expected"),
        (invoice(fresh=10000, cached=4000, output=1000), "10000 input_tokens are fresh and cached ones together"),
    ],
)
def test_signs_of_double_metering(lines: list[Actual], flag: str) -> None:
    assert any(flag in found for found in compare(EXPECTED, lines, BOOK).flags)


COUNT = st.integers(0, 10**6)


@settings(max_examples=50, deadline=None)
@given(COUNT, COUNT, COUNT, st.integers(1, 1000), st.decimals(min_value=0, max_value=3, places=4))
def test_the_steps_add_up_to_the_last_digit(
    fresh: int, cached: int, output: int, requests: int, discount: Decimal
) -> None:
    lines = invoice(requests=requests, fresh=fresh, cached=cached, output=output, discount=str(discount))
    lines += invoice(model="gpt-4o-mini", requests=3, fresh=output, cached=fresh, output=cached)
    found = compare(EXPECTED, lines, BOOK)
    assert found.expected + sum(step.usd or 0 for step in found.steps) == found.actual
