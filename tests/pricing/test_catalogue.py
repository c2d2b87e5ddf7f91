"""The lock says what genai-prices says, and notices hands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from genai_prices import Usage
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.catalogue import Catalogue
from simulator.pricing.lock import lock_text
from simulator.shipped import shipped

LOCK = shipped("pricing/catalogue.lock.json")
BARE = PriceBook("catalogue", (), Catalogue.read(LOCK))
MODELS = [(provider, model) for provider in providers for model in provider.models if model.prices]
TIERS = [None, {"processing": "batch"}, {"service_tier": "priority"}, {"service_tier": "flex"}, {"speed": "fast"}]
COUNTS = st.one_of(
    st.integers(0, 2000), st.sampled_from([99_999, 128_000, 200_000, 200_001, 272_000, 272_001, 600_000])
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(MODELS),
    st.sampled_from(TIERS),
    st.tuples(COUNTS, COUNTS, COUNTS, COUNTS),
    st.integers(0, 24 * 500),
)
def test_every_price_is_the_catalogues_own(model, tier, counts, hours) -> None:
    provider, listed = model
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    fresh, read, write, output = counts
    known = [one.when for one in listed.price_variants or () if one.constraint is None or one.constraint.active(at)]
    tier = tier if tier in known else None
    theirs = listed.get_prices(at, tier)
    wanted = Usage(
        input_tokens=fresh + read + write if theirs.input_mtok is not None else 0,
        cache_read_tokens=read if theirs.input_mtok is not None else 0,
        cache_write_tokens=write if theirs.input_mtok is not None else 0,
        output_tokens=output if theirs.output_mtok is not None else 0,
    )
    usage = {
        "input_tokens": wanted.input_tokens,
        "cache_read_tokens": wanted.cache_read_tokens,
        "cache_write_5m_tokens": wanted.cache_write_tokens,
        "output_tokens": wanted.output_tokens,
    }
    fee = (theirs.requests_kcount or Decimal(0)) / 1000  # they bill one request by themselves, we bill what is reported
    rates = BARE.rates(listed.id, at=at, provider=provider.id, tier="+".join(tier.values()) if tier else None)
    expected = listed.calc_price(wanted, provider, genai_request_timestamp=at, price_context=tier).total_price - fee
    assert sum(cost for _, _, cost in rates.cost(usage)) == expected


def test_the_lock_is_what_the_installed_package_gives() -> None:
    assert lock_text(today=date(2026, 11, 20)) == LOCK.read_text(encoding="utf-8")


def test_a_lock_changed_by_hand_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "catalogue.lock.json"
    changed.write_text(LOCK.read_text(encoding="utf-8").replace('"input_tokens":"2.5"', '"input_tokens":"0"'))
    with pytest.raises(InvalidFile, match="changed by hand"):
        Catalogue.read(changed)


def test_every_model_is_found_by_its_own_id() -> None:
    catalogue = Catalogue.read(LOCK)
    keys = list(catalogue.keys())
    lost = [key for key in keys if catalogue.find(key.partition("/")[2], key.partition("/")[0]) is None]
    assert lost == []


@pytest.mark.parametrize(
    ("model", "provider", "found"),
    [
        ("gpt-4o", None, "openai/gpt-4o"),
        ("openai/gpt-4o", None, "openai/gpt-4o"),
        ("gpt-5.2-20251211", None, "openai/gpt-5.2"),
        ("claude-sonnet-4-20250514", None, "anthropic/claude-sonnet-4-0"),
        ("llama-3.3-70b-versatile", "groq", "groq/llama-3.3-70b-versatile"),
        ("gpt-4o", "azure", "openai/gpt-4o"),
        ("azure/gpt-4o", None, "openai/gpt-4o"),
        ("vertex_ai/gemini-2.5-pro", None, "google/gemini-2.5-pro"),
        (
            "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
            None,
            "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        ("gpt-4o-nonsense", None, None),
    ],
)
def test_names_that_requests_use(model: str, provider: str | None, found: str | None) -> None:
    prices = Catalogue.read(LOCK).find(model, provider)
    assert (prices.model if prices else None) == found
