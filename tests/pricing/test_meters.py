"""Totals split into parts that are billed once each."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.pricing.errors import BadUsage, UnknownMeter
from simulator.pricing.meters import parts, price_text, priced_by


def test_a_total_keeps_what_its_parts_leave() -> None:
    sent = {"input_tokens": 100, "cache_read_tokens": 40, "cache_write_5m_tokens": 10}
    assert parts({**sent, "output_tokens": 9, "reasoning_tokens": 9}) == {
        **sent,
        "input_tokens": 50,
        "reasoning_tokens": 9,
    }


def test_a_write_total_is_not_counted_beside_its_parts() -> None:
    usage = {"input_tokens": 100, "cache_write_tokens": 30, "cache_write_5m_tokens": 10, "cache_write_1h_tokens": 20}
    assert parts(usage) == {"input_tokens": 70, "cache_write_5m_tokens": 10, "cache_write_1h_tokens": 20}


def test_cached_audio_lies_in_two_totals_and_is_taken_off_once() -> None:
    usage = {"input_tokens": 100, "cache_read_tokens": 40, "input_audio_tokens": 30, "cache_audio_read_tokens": 20}
    split = {"input_tokens": 50, "cache_read_tokens": 20, "input_audio_tokens": 10, "cache_audio_read_tokens": 20}
    assert parts(usage) == split


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_parts_add_up_to_the_totals(fresh: int, read: int, write: int, output: int) -> None:
    usage = {"input_tokens": fresh + read + write, "cache_read_tokens": read, "cache_write_5m_tokens": write}
    assert sum(parts({**usage, "output_tokens": output}).values()) == fresh + read + write + output


@pytest.mark.parametrize(
    ("usage", "problem"),
    [
        ({"input_tokens": 10, "cache_read_tokens": 11}, "input_tokens 10 is less than its parts"),
        ({"cache_read_tokens": 11}, "without input_tokens"),
        ({"input_tokens": 9, "cache_read_tokens": 4, "input_audio_tokens": 4}, "report cache_audio_read_tokens too"),
    ],
)
def test_counts_that_contradict_each_other(usage: dict[str, int], problem: str) -> None:
    with pytest.raises(BadUsage, match=problem):
        parts(usage)


def test_a_meter_that_nobody_knows() -> None:
    with pytest.raises(UnknownMeter, match="unknown meter 'in'"):
        parts({"in": 1})


def test_what_is_priced_as_something_else() -> None:
    prices = {"input_tokens": 1, "output_tokens": 1}
    assert priced_by("cache_write_tokens", prices) == "input_tokens"
    assert priced_by("reasoning_tokens", prices) == "output_tokens"
    assert priced_by("cache_write_1h_tokens", prices) is None


@pytest.mark.parametrize(
    ("meter", "usd_per_million", "text"),
    [
        ("input_tokens", "2.50", "$2.5 per million"),
        ("output_tokens", "10", "$10 per million"),
        ("web_search_requests", "14000", "$14 per thousand"),
        ("requests", "5000", "$5 per thousand"),
        ("runtime_hours", "80000", "$0.08 per hour"),
        ("storage_token_hours", "4.5", "$4.5 per million"),
    ],
)
def test_a_price_is_quoted_in_the_unit_of_the_price_page(meter: str, usd_per_million: str, text: str) -> None:
    assert price_text(meter, Decimal(usd_per_million)) == text
