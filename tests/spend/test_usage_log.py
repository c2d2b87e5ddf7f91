"""`tenfold bill FILE`: one line per row, what is unpriced is said, and one total."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.spend.usage_log import bill_log, plain, price_row, sum_log

BOOK = PriceBook.load()
NOVEMBER, DECEMBER = "2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z"


def log(folder: Path, *rows: dict[str, Any], name: str = "usage.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def cost(**row: Any) -> str | None:
    done = price_row({"at": NOVEMBER, **row}, BOOK)
    return None if done.cost is None else plain(done.cost)


def test_the_documented_lines(tmp_path: Path) -> None:
    usage = {"input_tokens": 1000, "cache_read_tokens": 600, "output_tokens": 10}
    path = log(
        tmp_path,
        {"id": "a", "model": "gpt-4o", "at": NOVEMBER, "usage": usage},
        {"id": "b", "model": "gpt-4oo", "at": NOVEMBER, "usage": {"input_tokens": 1}},
    )
    first, second, total = bill_log(path, BOOK)
    source = "https://developers.openai.com/api/docs/pricing"
    origin = {"layer": "genai-prices 0.2.3", "source": source, "place": "catalogue.lock.json:1103"}
    assert first == {
        "id": "a",
        "cost_usd": "0.00185",
        "status": "priced",
        "line_items": [
            {"meter": "cache_read_tokens", "quantity": 600, "unit_price": "0.00000125", "cost": "0.00075", **origin},
            {"meter": "input_tokens", "quantity": 400, "unit_price": "0.0000025", "cost": "0.001", **origin},
            {"meter": "output_tokens", "quantity": 10, "unit_price": "0.00001", "cost": "0.0001", **origin},
        ],
    }
    assert (second["id"], second["cost_usd"], second["status"], second["line_items"]) == ("b", None, "unpriced", [])
    assert second["reason"].startswith("unknown model 'gpt-4oo'; did you mean openai/gpt-4o?")
    assert total == {"total_usd": "0.00185", "unpriced": 1}


def test_each_row_pays_the_price_of_its_own_time_unless_one_is_given(tmp_path: Path) -> None:
    usage = {"input_tokens": 1_000_000}
    path = log(tmp_path, *({"model": "gemini-4-argon", "at": at, "usage": usage} for at in (NOVEMBER, DECEMBER)))
    assert [line.get("cost_usd") for line in bill_log(path, BOOK)] == ["2", "4", None]
    assert sum_log(path, BOOK, at=datetime(2026, 12, 1, tzinfo=UTC)).total == 8


def test_another_day_is_priced_at_the_row_s_own_hour(tmp_path: Path) -> None:
    """DeepSeek is dearer from 01:00 UTC on working days; a day's prices were once those of its midnight."""
    usage = {"input_tokens": 1_000_000}
    hours = ("2026-12-01T02:00:00Z", "2026-12-01T12:00:00Z", "2026-12-01T20:00:00-06:00", None)
    path = log(tmp_path, *({"model": "deepseek-v4-pro", "at": at, "usage": usage} for at in hours))
    wednesday = datetime(2026, 12, 2, tzinfo=UTC)
    costs = [line.get("cost_usd") for line in bill_log(path, BOOK, at=wednesday)]
    assert costs == ["1.32", "0.66", "1.32", "0.66", None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"usage": {"input_tokens": 1}}, 'the row names no "model"'),
        ({"model": "gpt-4o"}, 'the row has no "usage" object'),
        ({"model": "gpt-4o", "usage": "many"}, 'the row has no "usage" object'),
        ({"model": "gpt-4o", "usage": {"input_tokens": 1}, "at": None}, 'the row has no time: give "at"'),
        ({"model": "gpt-4o", "usage": {"input_tokens": 1}, "at": "noon"}, "'noon' is not a time"),
        ({"model": "gpt-4o", "usage": {"input_tokens": 1}, "tier": "flexx"}, "openai/gpt-4o has no tier 'flexx'"),
        ({"model": "gpt-4o", "usage": {"input_tokens": 1, "cache_read_tokens": 2}}, "input_tokens 1 is less than"),
        (
            {"model": "gpt-4o", "usage": {"input_tokens": 1, "runtime_hours": 1}},
            "has no price for runtime_hours",
        ),
        ({"model": "gpt-4o", "usage": {"in": 1}}, "unknown meter 'in'"),
        ({"model": "gpt-4o", "provider": "acme", "usage": {"input_tokens": 1}}, "unknown model 'acme/gpt-4o'"),
    ],
)
def test_a_row_without_a_price_says_why(row: dict[str, Any], reason: str) -> None:
    done = price_row({"at": NOVEMBER, **row}, BOOK)
    assert done.cost is None
    assert reason in str(done.reason)


def test_a_tokenless_row_costs_nothing() -> None:
    assert cost(model="gpt-4o", usage={"input_tokens": 0, "output_tokens": 0}) == "0"


def test_csv_and_parquet_give_what_jsonl_gives(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 200, "prompt_tokens_details": {"cached_tokens": 600}}
    row = {"id": "a", "model": "gpt-4o-mini", "at": NOVEMBER, "tier": "batch", "usage": usage}
    plain_log = log(tmp_path, row)
    (tmp_path / "usage.csv").write_text(
        "id,model,at,tier,latency_ms,prompt_tokens,usage.prompt_tokens_details.cached_tokens,completion_tokens\n"
        f"a,gpt-4o-mini,{NOVEMBER},batch,12.5,1000,600,200\n"
    )
    with gzip.open(tmp_path / "usage.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(plain_log.read_text())
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "nested.parquet")
    pq.write_table(pa.Table.from_pylist([{**row, "usage": json.dumps(usage)}]), tmp_path / "text.parquet")
    expected = list(bill_log(plain_log, BOOK))
    # 400 × 0.075 + 600 × 0.075 (batch publishes no cached rate, so the standard one) + 200 × 0.30, per million
    assert expected[0]["cost_usd"] == "0.000135"
    for name in ("usage.csv", "usage.jsonl.gz", "nested.parquet", "text.parquet"):
        assert list(bill_log(tmp_path / name, BOOK)) == expected, name


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("usage.txt", "", "not a usage log"),
        ("usage.jsonl", '{"model": "gpt-4o"}\n{"model"', "usage.jsonl:2:"),
        ("usage.jsonl", "3\n", "usage.jsonl:1:1: not a JSON object"),
        ("usage.csv", "model,at\ngpt-4o,1,2\n", "usage.csv:2:1: more fields than the header"),
        ("usage.jsonl", "[" * 10**6 + "\n", "usage.jsonl:1:1: not JSON that can be read"),
        ("usage.csv", "name,tokens\n", "no column `model`; it has name, tokens"),
        ("usage.jsonl.gz", "{}", "not readable as jsonl"),
        ("usage.parquet", "PAR1 or not", "not readable as parquet"),
    ],
)
def test_a_broken_file_is_told_by_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidFile, match=problem):
        list(bill_log(tmp_path / name, BOOK))


def test_text_that_is_no_json_leaves_its_row_unpriced(tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(f"model,at,usage\ngpt-4o,{NOVEMBER},oops\n")
    assert [line.get("status") for line in bill_log(tmp_path / "usage.csv", BOOK)] == ["unpriced", None]


@pytest.mark.parametrize("count", ["1e308", "1e-400", "9" * 200, "0." + "1" * 60, "-0.5", True, "NaN"])
def test_what_no_request_can_have_used_leaves_its_row_unpriced(tmp_path: Path, count: object) -> None:
    row = {"model": "gpt-4o", "at": NOVEMBER, "usage": {"prompt_tokens": count, "completion_tokens": 1}}
    (tmp_path / "usage.jsonl").write_text(json.dumps(row) + "\n")
    first, last = bill_log(tmp_path / "usage.jsonl", BOOK)
    assert "is not a count" in first["reason"]
    assert last["total_usd"] is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="neither a run nor a usage log is there"):
        list(bill_log(tmp_path / "usage.jsonl", BOOK))


# Worked examples that providers publish, to the cent.


def test_managed_agents_hour_of_coding() -> None:
    # https://platform.claude.com/docs/en/about-claude/pricing, Claude Managed Agents, worked example: Opus at $5/$25,
    # 50,000 input and 15,000 output tokens in one running hour: $0.25 + $0.375 + $0.08 = $0.705
    usage = {"input_tokens": 50_000, "output_tokens": 15_000, "runtime_hours": 1}
    assert cost(model="claude-opus-4-6", usage=usage) == "0.705"


def test_managed_agents_hour_of_coding_with_a_cache() -> None:
    # same page: 40,000 of the 50,000 input tokens are cache reads: $0.05 + $0.02 + $0.375 + $0.08 = $0.525
    usage = {"input_tokens": 10_000, "cache_read_input_tokens": 40_000, "output_tokens": 15_000, "runtime_hours": 1}
    own = {"input_tokens": 10_000, "cache_read_tokens": 40_000, "output_tokens": 15_000, "runtime_hours": 1}
    assert cost(model="claude-opus-4-6", usage=usage) == "0.525"
    assert cost(model="claude-opus-4-6", usage=own, convention="input_excludes_cache") == "0.525"


def test_ten_thousand_support_tickets() -> None:
    # same page, customer support agent: 10,000 tickets of about 3,700 tokens on Haiku 4.5 at $1 input: $37.00
    assert cost(model="claude-haiku-4-5", usage={"input_tokens": 37_000_000}) == "37"


def test_bedrock_claude_summary() -> None:
    # https://aws.amazon.com/bedrock/pricing/ (2023), on demand: 11K tokens in and 4K out of Claude at $0.008 and $0.024
    # per thousand: $0.088 + $0.096 = $0.184
    assert cost(model="claude-2.1", usage={"inputTokens": 11_000, "outputTokens": 4_000}) == "0.184"


def test_thousand_web_searches_cost_ten_dollars() -> None:
    # https://platform.claude.com/docs/en/about-claude/pricing, web search tool: $10 per 1,000 searches plus tokens
    usage = {"input_tokens": 0, "output_tokens": 0, "server_tool_use": {"web_search_requests": 1000}}
    assert cost(model="claude-opus-4-6", usage=usage) == "10"


def test_a_fee_per_request_needs_no_count() -> None:
    # https://docs.perplexity.ai/docs/getting-started/pricing: Sonar $1/$1 a million; the catalogue has the fee of high
    # search context, $12 per 1,000 requests
    usage = {"prompt_tokens": 1000, "completion_tokens": 500}
    assert cost(model="sonar", provider="perplexity", usage=usage) == "0.0135"
    assert cost(model="sonar", provider="perplexity", usage={**usage, "requests": 2}) == "0.0255"


@pytest.mark.parametrize(
    ("geo", "model", "usd"),
    [
        ("eu", "gpt-6.1-sol", "0.22"),
        ("eu", "gpt-4o", "0.25"),
        ("global", "gpt-6.1-sol", "0.2"),
        (None, "gpt-6.1-sol", "0.2"),
        ("mars", "gpt-6.1-sol", None),
    ],
)
def test_data_residency_costs_ten_percent_for_models_since_march(geo: str | None, model: str, usd: str | None) -> None:
    # https://developers.openai.com/api/docs/guides/data-residency
    assert cost(model=model, geo=geo, usage={"input_tokens": 100_000}) == usd


def test_peers_priced_this_at_nothing() -> None:
    # litellm 1.109.1 returns $0.00 for this model without an error
    assert Decimal(str(cost(model="claude-fable-5-2", usage={"input_tokens": 1_000_000}))) == 8


LEAF = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), st.text(max_size=5))
OURS = ["input_tokens", "cache_read_tokens", "output_tokens", "requests", "service_tier"]
THEIRS = ["prompt_tokens", "inputTokens", "promptTokenCount", "cache_creation", "promptTokensDetails"]
KEYS = st.one_of(st.sampled_from(OURS), st.sampled_from(THEIRS), st.text(max_size=5))
TREES = st.recursive(LEAF, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=4), max_leaves=8)
ROWS = st.fixed_dictionaries({}, optional={"tier": LEAF, "geo": LEAF, "at": TREES})


@pytest.mark.parametrize("at", [1e300, 67_768_036_191_676_796, 10**400, "soon", -1e18])
def test_a_time_that_no_calendar_has_leaves_the_row_without_a_price(at: object) -> None:
    done = price_row({"model": "gpt-4o", "at": at, "usage": {"input_tokens": 1}}, BOOK)
    assert done.cost is None
    assert "is not a time" in (done.reason or "")


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=5), ROWS)
def test_no_row_however_odd_stops_a_bill(usage: dict[str, Any], row: dict[str, Any]) -> None:
    done = price_row({"model": "gpt-4o", "at": NOVEMBER, "usage": usage, **row}, BOOK)
    assert (done.cost is None) == (done.reason is not None)
    json.dumps(done.as_json())


def test_a_litellm_spend_log_is_priced_by_what_the_provider_counted_and_its_own_cache_is_free(tmp_path: Path) -> None:
    counts = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}
    usage = {**counts, "prompt_tokens_details": {"cached_tokens": 600}}
    row = {"request_id": "a", "model": "gpt-4o", "startTime": NOVEMBER, "spend": 0.1, **counts}
    rows = [row, {**row, "metadata": {"usage_object": usage}}, {**row, "cache_hit": "True"}]
    *lines, total = bill_log(log(tmp_path, *rows), BOOK)
    assert [line["id"] for line in lines] == ["a"] * 3
    assert [line["cost_usd"] for line in lines] == ["0.0026", "0.00185", "0"]
    assert total == {"total_usd": "0.00445", "unpriced": 0}


def test_a_log_without_any_price_has_a_null_total(tmp_path: Path) -> None:
    *_, total = bill_log(
        log(tmp_path, {"id": "b", "model": "gpt-4oo", "at": NOVEMBER, "usage": {"input_tokens": 1}}), BOOK
    )
    assert total == {"total_usd": None, "unpriced": 1}
