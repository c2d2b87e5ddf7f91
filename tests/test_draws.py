import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import draws


def test_splitmix_gives_its_published_sequence() -> None:
    # First outputs for state 1234567, as listed with Vigna's reference splitmix64.c.
    step = 0x9E3779B97F4A7C15
    assert [draws.mix(1234567 + i * step) for i in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_fnv_gives_its_published_values() -> None:
    assert [draws.fold(text) for text in ("", "a", "foobar")] == [
        0xCBF29CE484222325,
        0xAF63DC4C8601EC8C,
        0x85944171F73967E8,
    ]


@pytest.mark.parametrize("number", range(6))
def test_a_draw_is_the_top_53_bits_of_its_mixed_keys(number: int) -> None:
    """By hand from the two published functions: it must not change, or no trace comes out as it did."""
    path, key = draws.mix(draws.mix(7) ^ draws.fold("path")), draws.mix(draws.fold("a") + number)
    assert draws.uniform(7, "path", "a", number) == (draws.mix(path ^ key) >> 11) / (1 << 53)


@given(st.integers(), st.text(), st.text(), st.integers(min_value=0, max_value=1000))
def test_a_draw_is_in_range_and_repeats(seed: int, path: str, key: str, number: int) -> None:
    first = draws.uniform(seed, path, key, number)
    assert 0 <= first < 1
    assert draws.uniform(seed, path, key, number) == first


def test_draws_look_uniform_and_normal() -> None:
    flat = [draws.uniform(1, "p", str(i)) for i in range(20_000)]
    bell = [draws.normal(1, "p", str(i)) for i in range(20_000)]
    assert statistics.fmean(flat) == pytest.approx(0.5, abs=0.01)
    assert statistics.pvariance(flat) == pytest.approx(1 / 12, abs=0.003)
    assert (statistics.fmean(bell), statistics.pstdev(bell)) == (pytest.approx(0, abs=0.03), pytest.approx(1, abs=0.03))
