"""Drawn latencies have the distribution that the profile says."""

import math
from statistics import fmean, pstdev

import pytest

from simulator.provider.latency import FirstToken, PerToken, Reasoning, multiplier


def test_the_multiplier_has_mean_one_and_the_asked_spread():
    per_token = PerToken(base="10ms", per_sequence="0.1ms", cv=0.4)
    drawn = [per_token.stretch(seed=1, key=f"r{index}/0/1") for index in range(20_000)]
    assert fmean(drawn) == pytest.approx(1.0, abs=0.01)
    assert pstdev(drawn) == pytest.approx(0.4, abs=0.02)
    assert min(drawn) > 0


def test_no_spread_is_no_jitter():
    assert multiplier(0.0, 3.0) == 1.0


def test_the_median_of_a_lognormal_with_mean_one():
    assert multiplier(0.5, 0.0) == pytest.approx(1 / math.sqrt(1.25))


def test_first_token_grows_with_the_uncached_prompt_only():
    first = FirstToken(base="400ms", per_1k_uncached="100ms", cv=0)
    assert first.wait_s(2_000, seed=1, key="r") == pytest.approx(0.6)
    assert first.prefill_s(2_000) == pytest.approx(0.2)


def test_the_slow_mode_takes_its_share():
    first = FirstToken(base="100ms", per_1k_uncached="0ms", cv=0, slow_share="10%", slow_factor=4)
    drawn = [first.wait_s(0, seed=1, key=f"r{index}") for index in range(10_000)]
    assert {round(seconds, 6) for seconds in drawn} == {0.1, 0.4}
    assert sum(one > 0.2 for one in drawn) / len(drawn) == pytest.approx(0.1, abs=0.01)


def test_reasoning_is_lognormal_around_its_median_for_its_share():
    reasoning = Reasoning(median=200, sigma=0.5, share="75%")
    drawn = [reasoning.tokens(seed=1, key=f"r{index}") for index in range(8_000)]
    some = sorted(one for one in drawn if one)
    assert len(some) / len(drawn) == pytest.approx(0.75, abs=0.02)
    assert some[len(some) // 2] == pytest.approx(200, rel=0.03)


def test_the_same_key_meets_the_same_jitter():
    first = FirstToken(base="400ms", per_1k_uncached="0ms", cv=0.3)
    assert first.wait_s(10, seed=7, key="r1/0/1") == first.wait_s(10, seed=7, key="r1/0/1")
    assert first.wait_s(10, seed=7, key="r1/0/1") != first.wait_s(10, seed=8, key="r1/0/1")
