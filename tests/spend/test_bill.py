"""The bill of a run: what each attempt pays, what is not known, and that every sum is exact."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.calls import CALLS, Outcome
from simulator.pricing.attempts import shipped_attempts
from simulator.pricing.book import PriceBook
from simulator.pricing.layers import BookFile, Layer
from simulator.pricing.snapshot import snapshot_text
from simulator.spend.bill import bill, call_costs
from simulator.yamlfile import parse
from tests.spend.rows import call, table

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BOOK = PriceBook.load()


def cost(book: PriceBook = BOOK, at: datetime = AT, **said: Any) -> Decimal | None:
    return call_costs(table(call(**said)), book, at=at)[0]


def asked(*outcomes: str) -> pa.Table:
    """One planned request for each outcome."""
    count = len(outcomes)
    rung = {"scale": [1.0] * count, "strategy": ["single"] * count, "replicate": [0] * count}
    return pa.table({**rung, "final_outcome": list(outcomes)})


def test_a_bill_worked_by_hand() -> None:
    rows = table(
        call(1, input_tokens=1000, cache_read_tokens=400, output_tokens=200),
        call(2, outcome="rate_limited", served=False, usage_source="assumed"),
        call(3, model="gpt-4o-mini", purpose="classify", served=False, input_tokens=100, output_tokens=2),
        call(4, outcome="cancelled", served=False, input_tokens=1000, output_tokens=50, usage_source="estimated"),
    )
    done = bill(rows, BOOK, at=AT)
    # gpt-4o 2.50 in, 1.25 cached, 10 out; gpt-4o-mini 0.15 in, 0.60 out; per million:
    # r1 600×2.50 + 400×1.25 + 200×10 = 4000 · r3 100×0.15 + 2×0.60 = 16.2 · r4 1000×2.50 + 50×10 = 3000
    (rung,) = done.rungs
    assert done.total == rung.total == Decimal("0.0070162")
    assert (rung.wasted, rung.overhead, rung.per_answered) == (
        Decimal("0.003"),
        Decimal("0.0000162"),
        Decimal("0.0070162"),
    )
    assert rung.by_model == {"gpt-4o": Decimal("0.007"), "gpt-4o-mini": Decimal("0.0000162")}
    assert rung.assumed_usage_calls == 1
    assert sum(item.cost for item in done.items) == done.total
    assert call_costs(rows, BOOK, at=AT) == [Decimal(n) for n in ("0.004", "0", "0.0000162", "0.003")]


def test_what_is_read_from_and_written_to_a_cache_is_no_fresh_input() -> None:
    """Of 1,000 tokens 100 are read at $0.30, 200 written for 5 minutes at $3.75, 300 for an hour at $6; 400 cost $3."""
    cached = {"cache_read_tokens": 100, "cache_write_5m_tokens": 200, "cache_write_1h_tokens": 300}
    found = cost(model="claude-sonnet-4-5", input_tokens=1000, output_tokens=0, **cached)
    assert found == (100 * Decimal("0.30") + 200 * Decimal("3.75") + 300 * 6 + 400 * 3) / 1_000_000


def test_the_lines_of_a_bill_do_not_depend_on_the_order_of_its_rows() -> None:
    rows = [
        call(n, model=model, input_tokens=n, output_tokens=1) for n, model in enumerate(("gpt-4o", "gpt-4o-mini") * 2)
    ]
    assert bill(table(*rows), BOOK, at=AT).items == bill(table(*reversed(rows)), BOOK, at=AT).items


def test_cost_per_planned_request_needs_the_requests() -> None:
    rows = table(call(input_tokens=1_000_000, output_tokens=0))
    assert bill(rows, BOOK, at=AT).rungs[0].per_request is None
    assert bill(rows, BOOK, at=AT, requests=asked("ok", "skipped")).rungs[0].per_request == Decimal("1.25")


def test_an_answer_from_a_store_has_no_call_and_makes_the_others_cheaper() -> None:
    rows = table(call(input_tokens=1_000_000, output_tokens=0))
    (rung,) = bill(rows, BOOK, at=AT, requests=asked("ok", "ok", "rate_limited")).rungs
    assert rung.per_answered == Decimal("1.25")  # $2.50 for two answers: the second came from the store


def test_what_has_no_price_is_counted_and_never_zero() -> None:
    rows = table(
        call(1, model="gpt-4oo", input_tokens=1, output_tokens=1),
        call(2, tier="flexx", input_tokens=1, output_tokens=1),
        call(3, input_tokens=5, output_tokens=None),
        call(4, input_tokens=5, cache_read_tokens=6, output_tokens=1),
        call(5, input_tokens=5, cache_write_1h_tokens=1, output_tokens=1),
        call(6, input_tokens=2, output_tokens=1),
    )
    done = bill(rows, BOOK, at=AT)
    assert done.unpriced_calls == 5
    assert done.total == Decimal("0.000015")
    assert {reason.split(";")[0] for reason in done.unpriced_reasons} == {
        "unknown model 'gpt-4oo'",
        "openai/gpt-4o has no tier 'flexx' in catalogue.lock.json:1103",
        "output_tokens unknown",
        "more cached than input tokens",
        "openai/gpt-4o has no price for cache_write_1h_tokens",
    }
    assert call_costs(rows, BOOK, at=AT) == [None] * 5 + [Decimal("0.000015")]
    (model, *_) = sorted(reason for reason in done.unpriced_reasons if "gpt-4oo" in reason)
    assert model.startswith("unknown model 'gpt-4oo'; did you mean openai/gpt-4o")


def test_a_classifier_without_a_price_is_no_overhead_of_nothing() -> None:
    """The summary said an overhead of 0 dollars where the small model was in no price book."""
    label = {"model": "nobody's", "purpose": "classify", "served": False, "input_tokens": 1, "output_tokens": 1}
    (rung,) = bill(table(call(1, input_tokens=1, output_tokens=0), call(2, **label)), BOOK, at=AT).rungs
    assert (rung.overhead, rung.wasted) == (None, Decimal(0))


def test_a_rung_of_which_nothing_has_a_price_has_no_total() -> None:
    (rung,) = bill(table(call(model="nobody's", input_tokens=1, output_tokens=1)), BOOK, at=AT).rungs
    assert (rung.total, rung.unpriced_calls) == (None, 1)


@pytest.mark.parametrize(("prompt", "usd"), [(271_999, "0.543998"), (272_000, "0.544"), (272_001, "1.088004")])
def test_a_long_prompt_pays_the_dearer_price_for_all_its_tokens(prompt: int, usd: str) -> None:
    assert cost(model="gpt-6.1-sol", input_tokens=prompt, output_tokens=0) == Decimal(usd)


def test_cached_tokens_count_into_the_length_of_the_prompt() -> None:
    # 272,001 tokens of which 272,000 are cached: 1 × $4 + 272,000 × $0.20 per million
    long = cost(model="gpt-6.1-sol", input_tokens=272_001, cache_read_tokens=272_000, output_tokens=0)
    assert long == Decimal("0.054404")


def test_a_price_that_changes_next_month_moves_next_month_only() -> None:
    usage = {"model": "gemini-4-argon", "input_tokens": 1_000_000, "output_tokens": 0}
    last, first = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert [cost(at=at, **usage) for at in (last, first)] == [Decimal(2), Decimal(4)]


def test_a_run_bills_the_same_from_its_own_snapshot(tmp_path: Path) -> None:
    rows = table(
        call(1, model="gpt-6.1-sol", input_tokens=300_000, cache_read_tokens=7, output_tokens=11),
        call(2, model="gpt-6.1-sol", tier="batch", input_tokens=9, output_tokens=11),
        call(3, model="gemini-4-argon", input_tokens=9, output_tokens=11),
    )
    kept = BOOK.snapshot(["gpt-6.1-sol", "gemini-4-argon"], AT, until=datetime(2027, 1, 1, tzinfo=UTC))
    kept += BOOK.snapshot(["gpt-6.1-sol"], AT, tiers=["batch"])
    (tmp_path / "rates.yaml").write_text(snapshot_text(kept), encoding="utf-8")
    again = PriceBook.load(tmp_path / "rates.yaml")
    december = datetime(2026, 12, 31, tzinfo=UTC)
    assert bill(rows, again, at=AT).items == bill(rows, BOOK, at=AT).items
    assert bill(rows, again, at=december).total == bill(rows, BOOK, at=december).total
    assert bill(table(call(4, input_tokens=1, output_tokens=1)), again, at=AT).unpriced_calls == 1


@pytest.mark.parametrize("outcome", [word for word in Outcome if word in shipped_attempts().outcomes])
def test_every_outcome_bills_what_the_table_says(outcome: Outcome) -> None:
    row = shipped_attempts().outcomes[outcome]
    usage = {"outcome": outcome.value, "input_tokens": 1_000_000, "output_tokens": 1_000_000}
    rules = {"all": (1, 1), "reported": (1, 0), "none": (0, 0)}
    reported, guessed = (Decimal("2.5") * rules[row.input][n] + 10 * rules[row.output][n] for n in (0, 1))
    assert cost(**usage) == reported
    assert cost(**usage, usage_source="estimated") == guessed


def test_azure_charges_what_its_filter_stops() -> None:
    usage = {"outcome": "content_filter", "input_tokens": 1_000_000, "output_tokens": 0, "usage_source": "estimated"}
    assert cost(**usage) == 0
    assert cost(**usage, provider="azure") == Decimal("2.5")


def test_a_book_can_replace_what_an_outcome_bills(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "schema: price-book/1\nattempts: {outcomes: {cancelled: {input: none, output: none, source: our invoice}}}\n"
    )
    book = PriceBook.load(tmp_path / "mine.yaml")
    assert cost(book, outcome="cancelled", input_tokens=5, output_tokens=5) == 0
    assert cost(book, input_tokens=4, output_tokens=0) == Decimal("0.00001")


def test_a_fee_per_request_is_due_for_each_processed_attempt(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("""
schema: price-book/1
models:
  - model: acme/search
    source: {doc: test, as_of: 2026-11-20}
    prices: [{from: null, usd_per_million: {input_tokens: "1", output_tokens: "1"}, usd_per_thousand: {requests: "5"}}]
""")
    book = PriceBook.load(tmp_path / "mine.yaml")
    usage = {"model": "acme/search", "input_tokens": 0, "output_tokens": 0}
    rows = table(call(1, **usage), call(2, **usage), call(3, **usage, outcome="rate_limited"))
    (item,) = bill(rows, book, at=AT).items
    assert (item.meter, item.quantity, item.cost) == ("requests", 2, Decimal("0.01"))
    assert call_costs(rows, book, at=AT) == [Decimal("0.005"), Decimal("0.005"), 0]


def test_no_rows_are_a_bill_of_nothing() -> None:
    done = bill(CALLS.empty_table(), BOOK, at=AT)
    assert (done.total, done.items, done.rungs) == (Decimal(0), [], [])


# Below: the same bill from an obvious, slow reference, on random books and rows.

PRICES = st.decimals(min_value=0, max_value=200, places=6).map(str)
COUNTS = st.one_of(st.integers(0, 300), st.sampled_from([199_999, 200_000, 200_001, 10**12, 10**16]))


@st.composite
def books(draw: st.DrawFn) -> str:
    prices = {meter: draw(PRICES) for meter in ("input_tokens", "cache_read_tokens", "output_tokens")}
    long = {meter: draw(PRICES) for meter in ("input_tokens", "output_tokens")}
    side = draw(st.sampled_from(["over", "at_least"]))
    discount, uplift, tier = (draw(st.decimals(min_value="0.01", max_value="0.99", places=3)) for _ in range(3))
    source = "{doc: test, as_of: 2026-11-20}"
    return f"""
schema: price-book/1
extends: []
models:
  - model: acme/one
    source: {source}
    prices:
      - from: 2026-01-01
        usd_per_million: {prices}
        long_context: [{{{side}: 200000, usd_per_million: {long}}}]
        tiers: {{batch: {{scale: "{tier}"}}}}
uplifts: [{{provider: acme, geo: [eu], scale: "{uplift + 1}", source: {source}}}]
contracts: [{{id: msa, provider: acme, discount: "{discount}", from: 2026-06-01, to: 2026-12-01, source: {source}}}]
"""


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    read, fresh, reasoning, plain = (draw(COUNTS) for _ in range(4))
    return {
        "tier": draw(st.sampled_from([None, "batch", "default"])),
        "geo": draw(st.sampled_from([None, "eu"])),
        "input_tokens": read + fresh,
        "cache_read_tokens": draw(st.sampled_from([read])) or None,
        "output_tokens": plain + reasoning,
        "reasoning_tokens": reasoning or None,
    }


def slow(book: dict[str, Any], usage: dict[str, Any], at: datetime) -> Decimal:
    """One row, one multiplication per meter, no sums shared."""
    entry = book["models"][0]["prices"][0]
    long = entry["long_context"][0]
    prices = {meter: Decimal(price) for meter, price in entry["usd_per_million"].items()}
    prompt = usage["input_tokens"]
    if prompt > long["over"] if "over" in long else prompt >= long["at_least"]:
        prices |= {meter: Decimal(price) for meter, price in long["usd_per_million"].items()}
    factor = Decimal(entry["tiers"]["batch"]["scale"]) if usage["tier"] == "batch" else Decimal(1)
    factor *= Decimal(book["uplifts"][0]["scale"]) if usage["geo"] == "eu" else 1
    factor *= 1 - Decimal(book["contracts"][0]["discount"]) if at.month in range(6, 12) else 1
    read = usage["cache_read_tokens"] or 0
    dollars = (prompt - read) * prices["input_tokens"] + read * prices["cache_read_tokens"]
    return (dollars + usage["output_tokens"] * prices["output_tokens"]) * factor / 10**6


@settings(max_examples=60, deadline=None)
@given(
    text=books(),
    rows=st.lists(usages(), min_size=1, max_size=8),
    at=st.datetimes(datetime(2026, 5, 1), datetime(2026, 12, 31)),
)
def test_equal_to_slow_decimal_arithmetic_to_the_last_digit(
    text: str, rows: list[dict[str, Any]], at: datetime
) -> None:

    book = PriceBook("random", (Layer("random", text, parse(text, BookFile, name="random")),), None)
    at = at.replace(tzinfo=UTC)
    calls = table(*(call(number, model="acme/one", **usage) for number, usage in enumerate(rows)))
    with localcontext(prec=80):
        expected = [slow(yaml.safe_load(text), usage, at) for usage in rows]
        assert call_costs(calls, book, at=at) == expected
        assert bill(calls, book, at=at).total == sum(expected)


def test_a_person_is_billed_by_the_case_that_the_row_names_and_stands_apart() -> None:
    case = {"model": "support", "provider": "human", "purpose": "human", "usage_source": "assumed"}
    empty = {"input_tokens": None, "output_tokens": None}
    rows = table(
        call(1, input_tokens=1000, output_tokens=0),
        call(2, **case, **empty, tier="$4.50/case"),
        call(3, input_tokens=0),
    )
    done = bill(rows, BOOK, at=AT)
    (rung,) = done.rungs
    assert (rung.total, rung.people, rung.overhead) == (Decimal("4.5025"), Decimal("4.5"), Decimal(0))
    assert rung.assumed_usage_calls == 0
    (item,) = (item for item in done.items if item.purpose == "human")
    assert (item.meter, item.quantity, item.source) == ("requests", 1, "assumed: declared by the strategy (strategy)")
    assert call_costs(rows, BOOK, at=AT)[1] == Decimal("4.5")
    assert bill(table(call(**case, **empty, tier="flex")), BOOK, at=AT).unpriced_calls == 1
