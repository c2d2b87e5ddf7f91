"""The price book: which entry holds, in which layer, and what stops instead of guessing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownMeter, UnknownModel, UnknownPrice, UnknownTier
from simulator.pricing.snapshot import snapshot_text

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHIPPED = PriceBook.load()


def book(folder: Path, text: str, name: str = "mine.yaml") -> PriceBook:
    (folder / name).write_text("schema: price-book/1\n" + text, encoding="utf-8")
    return PriceBook.load(folder / name)


def prices(rates_book: PriceBook, model: str, at: datetime = AT, *, tier: str | None = None) -> dict[str, Decimal]:
    rates = rates_book.rates(model, at=at, tier=tier).standard
    return {meter: rate.usd_per_million for meter, rate in rates.items() if meter.endswith("_tokens")}


OWN = """
models:
  - model: openai/gpt-4o
    names: [house-large]
    source: {doc: MSA 117, as_of: 2026-10-01}
    prices:
      - {from: 2026-11-01, usd_per_million: {input_tokens: "2", output_tokens: "8"}}
      - {from: 2026-12-01, usd_per_million: {input_tokens: "1", output_tokens: "4"}}
"""


def test_the_shipped_book_knows_the_scenario_models() -> None:
    assert prices(SHIPPED, "gpt-4o") == {
        "input_tokens": Decimal("2.5"),
        "cache_read_tokens": Decimal("1.25"),
        "output_tokens": Decimal(10),
    }
    assert prices(SHIPPED, "gpt-4o-mini", tier="priority")["output_tokens"] == 1


def test_a_rate_says_where_it_comes_from() -> None:
    rate = SHIPPED.rates("gpt-4o-2024-08-06", at=AT).standard["input_tokens"]
    assert (rate.layer, rate.source) == ("genai-prices 0.2.3", "https://developers.openai.com/api/docs/pricing")
    assert rate.place == "catalogue.lock.json:1103"
    assert rate.as_of == date(2026, 11, 20)


def test_an_own_entry_holds_from_its_day_to_the_next_and_the_catalogue_before(tmp_path: Path) -> None:
    mine = book(tmp_path, OWN)
    days = [
        datetime(2026, 10, 31, 23, 59),
        datetime(2026, 11, 1),
        datetime(2026, 11, 30, 23, 59),
        datetime(2026, 12, 1),
    ]
    inputs = [prices(mine, "gpt-4o", day.replace(tzinfo=UTC))["input_tokens"] for day in days]
    assert inputs == [Decimal("2.5"), 2, 2, 1]
    rate = mine.rates("house-large", at=AT).standard["output_tokens"]
    assert (rate.layer, rate.place, rate.source, rate.usd_per_million) == ("mine.yaml", "mine.yaml:8", "MSA 117", 8)


def test_an_entry_is_complete_and_mixes_with_no_other(tmp_path: Path) -> None:
    rates = book(tmp_path, OWN).rates("gpt-4o", at=AT)
    with pytest.raises(UnknownMeter, match=r"openai/gpt-4o has no price for web_search_requests on 2026-11-20"):
        rates.cost({"web_search_requests": 1})


def test_layers_stack_and_the_last_one_wins(tmp_path: Path) -> None:
    book(tmp_path, OWN, "team.yaml")
    top = book(tmp_path, "extends: [shipped, team.yaml]\n" + OWN.replace('"2"', '"1.9"'), "top.yaml")
    assert prices(top, "gpt-4o")["input_tokens"] == Decimal("1.9")
    assert prices(top, "gpt-4o-mini")["input_tokens"] == Decimal("0.15")


def test_a_book_that_extends_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("schema: price-book/1\nextends: [b.yaml]\n")
    with pytest.raises(InvalidFile, match=r"a.yaml:2:11: extends: b.yaml extends this file in turn"):
        book(tmp_path, "extends: [a.yaml]\n", "b.yaml")


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (UnknownModel, {"model": "gpt-4oo"}),
        (UnknownModel, {"model": "gpt-4o", "provider": "nobody"}),
        (UnknownTier, {"model": "gpt-4o", "tier": "flexx"}),
        (UnknownTier, {"model": "gpt-4o", "tier": "flex"}),
        (UnknownTier, {"model": "gpt-4o", "tier": "priority+batch"}),
        (UnknownTier, {"model": "gpt-4o", "geo": "mars"}),
        (UnknownTier, {"model": "gpt-4o", "provider": "azure", "tier": "batch"}),
    ],
)
def test_what_the_book_does_not_know_stops(error: type[UnknownPrice], asked: dict[str, str]) -> None:
    with pytest.raises(error):
        SHIPPED.rates(at=AT, **asked)


def test_a_misspelt_model_gets_a_suggestion() -> None:
    with pytest.raises(UnknownModel, match="unknown model 'gpt-4oo'; did you mean openai/gpt-4o"):
        SHIPPED.rates("gpt-4oo", at=AT)


@pytest.mark.parametrize(("side", "dear"), [("over", [False, False, True]), ("at_least", [False, True, True])])
def test_each_vendor_has_its_own_side_of_the_boundary(tmp_path: Path, side: str, dear: list[bool]) -> None:
    long = f'long_context: [{{{side}: 200000, usd_per_million: {{input_tokens: "3"}}}}]'
    text = OWN.replace('output_tokens: "8"}}', f'output_tokens: "8"}}, {long}}}')
    rates = book(tmp_path, text).rates("gpt-4o", at=AT)
    paid = [rates.for_prompt(prompt)["input_tokens"].usd_per_million == 3 for prompt in (199_999, 200_000, 200_001)]
    assert paid == dear
    assert rates.for_prompt(300_000)["output_tokens"].usd_per_million == 8


LONG = """
long_context: [{over: 1000000, usd_per_million: {input_tokens: "9"}},
               {at_least: 200000, scale: {input_tokens: "2", output_tokens: "1.5"}}],
tiers: {batch: {usd_per_million: {input_tokens: "1", output_tokens: "4"},
                long_context: [{over: 300000, usd_per_million: {output_tokens: "5"}}]}}
"""


@pytest.mark.parametrize(
    ("prompt", "paid", "in_batch"),
    [
        (199_999, (2, 8), (1, 4)),
        (200_000, (4, 12), (1, 4)),
        (300_000, (4, 12), (1, 4)),
        (300_001, (4, 12), (1, 5)),
        (1_000_000, (4, 12), (1, 5)),
        (1_000_001, (9, 12), (1, 5)),  # what the highest band does not name is still past the one below it
    ],
)
def test_long_prompts_pay_their_band_whatever_the_order_in_the_file(
    tmp_path: Path, prompt: int, paid: tuple[int, int], in_batch: tuple[int, int]
) -> None:
    mine = book(tmp_path, OWN.replace('output_tokens: "8"}}', f'output_tokens: "8"}}, {LONG.strip()}}}'))
    rows = mine.snapshot(["gpt-4o"], AT, tiers=(None, "batch"))
    (tmp_path / "rates.yaml").write_text(snapshot_text(rows), encoding="utf-8")
    for one in (mine, PriceBook.load(tmp_path / "rates.yaml")):
        found = [one.rates("gpt-4o", at=AT, tier=tier).for_prompt(prompt) for tier in (None, "batch")]
        own, batch = ((rates["input_tokens"], rates["output_tokens"]) for rates in found)
        assert tuple(rate.usd_per_million for rate in own) == paid
        assert tuple(rate.usd_per_million for rate in batch) == in_batch


def test_x_ai_counts_200_000_tokens_as_long_and_google_does_not() -> None:
    grok, gemini = (SHIPPED.rates(model, at=AT).bands[1].first for model in ("grok-4.3", "gemini-2.5-pro"))
    assert (grok, gemini) == (200_000, 200_001)


@pytest.mark.parametrize(
    ("utc", "peak"),
    [
        ("2026-11-20T00:59", False),  # Friday 08:59 in Beijing
        ("2026-11-20T01:00", True),
        ("2026-11-20T03:59", True),
        ("2026-11-20T04:00", False),
        ("2026-11-21T02:00", False),  # Saturday
        ("2026-11-22T02:00", False),
        ("2026-11-23T02:00", True),
        ("2026-08-16T02:00", False),  # before peak hours existed
        ("2026-08-22T02:00", True),  # a Saturday before weekends were cheap
    ],
)
def test_peak_hours_are_of_working_days_in_beijing(utc: str, peak: bool) -> None:
    rate = SHIPPED.rates("deepseek-v4-pro", at=datetime.fromisoformat(utc + "+00:00")).standard["output_tokens"]
    assert (rate.usd_per_million == Decimal("3.96")) is peak


def test_a_name_of_its_own_leaves_the_other_names_of_the_model_alone() -> None:
    latest, older = (prices(SHIPPED, name)["input_tokens"] for name in ("mistral-large-latest", "mistral-large-2411"))
    assert (latest, older) == (Decimal("0.5"), 2)
    assert SHIPPED.rates("mistral/mistral-large-latest", at=AT).model == "mistral/mistral-large-latest"


def test_tiers_by_factor_combine_unless_one_excludes_the_other(tmp_path: Path) -> None:
    tiers = 'tiers: {fast: {scale: "2"}, cheap: {scale: "0.5"}, batch: {scale: "0.5", excludes: [fast]}}'
    mine = book(tmp_path, OWN.replace('output_tokens: "8"}}', f'output_tokens: "8"}}, {tiers}}}'))
    assert prices(mine, "gpt-4o", tier="cheap+batch")["output_tokens"] == 2
    with pytest.raises(UnknownTier, match="tier 'batch' cannot be combined with 'fast'"):
        mine.rates("gpt-4o", at=AT, tier="fast+batch")


def test_residency_holds_for_tokens_and_not_for_searches() -> None:
    rates = SHIPPED.rates("claude-opus-5-5", at=AT, geo="us").standard
    assert rates["input_tokens"].usd_per_million == Decimal("4.4")
    assert rates["web_search_requests"].usd_per_million == 10_000
    assert rates["input_tokens"].steps == ("place us ×1.1",)


def test_a_discount_leaves_the_list_price(tmp_path: Path) -> None:
    contract = """
contracts:
  - {id: msa-117, provider: openai, models: ["gpt-4o*"], discount: "0.12", from: 2026-07-01, to: 2026-12-01,
     source: {doc: MSA 117, as_of: 2026-06-28}}
"""
    mine = book(tmp_path, contract)
    rate = mine.rates("gpt-4o", at=AT).standard["input_tokens"]
    assert (rate.list_usd_per_million, rate.usd_per_million) == (Decimal("2.5"), Decimal("2.2"))
    assert prices(mine, "gpt-4o", datetime(2026, 12, 1, tzinfo=UTC))["input_tokens"] == Decimal("2.5")
    assert prices(mine, "o3")["input_tokens"] == prices(SHIPPED, "o3")["input_tokens"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("modells: []", "mine.yaml:2:1: modells: unknown key (did you mean 'models'?)"),
        (OWN.replace('"8"', "eight"), "models.0.prices.0.usd_per_million.output_tokens: 'eight' is not an amount"),
        (OWN.replace("output_tokens", "out_tokens"), "unknown meter 'out_tokens'; known: input_tokens, "),
        (OWN.replace("2026-12-01", "2026-10-01"), "entries must be in order of their dates"),
        (OWN.replace("{doc: MSA 117, as_of: 2026-10-01}", "{as_of: 2026-10-01}"), "a price needs a source"),
        (OWN + OWN.replace("models:", ""), "models listed twice: openai/gpt-4o"),
    ],
)
def test_a_broken_book_is_told_by_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as error:
        book(tmp_path, text)
    assert problem in str(error.value)


def test_a_snapshot_keeps_each_price_for_its_own_days(tmp_path: Path) -> None:
    contract = """
contracts:
  - {id: msa, provider: google, discount: "0.5", to: 2027-01-01, source: {doc: MSA, as_of: 2026-06-28}}
"""
    rows = book(tmp_path, contract).snapshot(["gemini-4-argon"], AT, until=datetime(2027, 3, 1, tzinfo=UTC))
    shown = [(row["meter"], row["from"], row["until"], row["usd_per_million"]) for row in rows]
    assert [row[1:] for row in shown if row[0] == "input_tokens"] == [
        ("", "2026-12-01", "1"),
        ("2026-12-01", "2027-01-01", "2"),
        ("2027-01-01", "", "4"),
    ]
    # A search costs the same before and after the change of December.
    assert [row[1:] for row in shown if row[0] == "web_search_requests"] == [
        ("", "2027-01-01", "7000"),
        ("2027-01-01", "", "14000"),
    ]
    (tmp_path / "rates.yaml").write_text(snapshot_text(rows), encoding="utf-8")
    kept = PriceBook.load(tmp_path / "rates.yaml")
    for day, price in (("2026-11-30", "1"), ("2026-12-31", "2"), ("2027-01-01", "4")):
        assert prices(kept, "gemini-4-argon", datetime.fromisoformat(day + "T23:59Z"))["input_tokens"] == Decimal(price)


OWN_GPUS = """
models:
  - model: selfhosted/llama-3.1-8b
    names: [llama-3.1-8b]
    source: {doc: invoice of the GPU cloud, as_of: 2026-11-01}
    prices:
      - from: 2026-11-01
        gpu_hours:
          usd_per_hour: "3.60"
          gpus: 2
          input_tokens_per_second: 40000
          output_tokens_per_second: 2000
          utilisation: "0.5"
          measured_in: results/our-vllm-run
"""


def test_machines_of_ones_own_have_a_price_per_token_too(tmp_path: Path) -> None:
    # 2 × $3.60 an hour is $0.002 a second, $0.004 a busy one: 40,000 tokens in or 2,000 out
    mine = book(tmp_path, OWN_GPUS)
    assert prices(mine, "llama-3.1-8b") == {"input_tokens": Decimal("0.1"), "output_tokens": Decimal(2)}
    with pytest.raises(InvalidFile, match="utilisation is a share of at most 1"):
        book(tmp_path, OWN_GPUS.replace('"0.5"', '"50"'))
