"""A quota, what a call takes from it, and the multiple from which it no longer carries a demand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import yamlfile
from simulator.provider.limits.anthropic import AnthropicLimits
from simulator.provider.limits.bedrock import BedrockLimits
from simulator.provider.limits.openai import OpenAILimits
from simulator.provider.profile import Profile
from simulator.run.demand import Demand
from simulator.run.quota import Charge, KnownLimit, known_limits
from tests.run.hand import asked, figures_of, tables


def limit(per_minute: int, *, burst_s: float = 1.0, axis: str = "tokens") -> KnownLimit:
    return KnownLimit(model="gpt-4o", axis=axis, per_minute=per_minute, burst_s=burst_s, source="test")


def refused(demand: np.ndarray, quota: KnownLimit, factor: float) -> bool:
    """The bucket itself, second by second: demand comes at the end of the second."""
    capacity = level = quota.per_minute / 60 * quota.burst_s
    for amount in demand * factor:
        level = min(capacity, level) + quota.per_minute / 60 - amount
        if level < -1e-6 * capacity:
            return True
    return False


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any),
    st.integers(1, 200),
    st.integers(0, 5),
)
def test_the_closed_form_is_where_the_bucket_runs_dry(seconds: list[int], per_second: int, burst: int) -> None:
    demand, quota = np.array(seconds, dtype=float), limit(per_second * 60, burst_s=float(burst))
    at = quota.peak_multiplier(demand)
    assert at is not None
    assert not refused(demand, quota, at * 0.999)
    assert refused(demand, quota, at * 1.001)


def test_a_steady_demand_breaks_at_limit_over_demand_when_nothing_is_saved_up() -> None:
    assert limit(1200, burst_s=0.0).peak_multiplier(np.full(10, 4.0)) == 5.0


def test_peaks_break_before_the_mean_does_and_a_burst_carries_them() -> None:
    peaky = np.array([0.0, 20.0, 0.0, 0.0])
    assert limit(600, burst_s=0.0).peak_multiplier(peaky) == 0.5
    assert limit(600, burst_s=3.0).peak_multiplier(peaky) == 2.0


def test_a_short_test_lives_on_the_burst_and_a_busy_hour_does_not() -> None:
    """5 s of a quota saved up carry a 10 s rung half as far again as the refill carries an hour."""
    quota, demand = limit(1200, burst_s=5.0), np.full(10, 4.0)
    assert (quota.peak_multiplier(demand), quota.steady_multiplier(demand)) == (7.5, 5.0)


def test_no_demand_never_breaks() -> None:
    assert limit(60).peak_multiplier(np.zeros(5)) is None
    assert limit(60).steady_multiplier(np.zeros(5)) is None


OPENAI = OpenAILimits(style="openai", requests_per_minute=60, tokens_per_minute=600)
ANTHROPIC = AnthropicLimits(
    style="anthropic", requests_per_minute=60, input_tokens_per_minute=600, output_tokens_per_minute=600
)
BEDROCK = BedrockLimits(style="bedrock", requests_per_minute=60, tokens_per_minute=600, output_burn=5)


@pytest.mark.parametrize(
    ("style", "axis", "charge"),
    [
        (OPENAI, "requests", Charge(call=1)),
        (OPENAI, "tokens", Charge(input=1, output=1)),
        (ANTHROPIC, "input_tokens", Charge(input=1, cached=-1)),
        (ANTHROPIC, "output_tokens", Charge(output=1)),
        (BEDROCK, "tokens", Charge(input=1, cached=-1, output=5)),
    ],
)
def test_each_style_counts_in_its_own_way(style: OpenAILimits, axis: str, charge: Charge) -> None:
    assert Charge.of(style, axis) == charge


@pytest.mark.parametrize(("style", "tokens"), [(OPENAI, 201), (BEDROCK, 100 - 40 + 5 * 101)])
def test_a_call_of_which_part_was_cached(style: OpenAILimits, tokens: int) -> None:
    rows = [asked("a", 0.0, input=100, cached=40, output=101)]
    quota = KnownLimit("gpt-4o", "tokens", 600, 5.0, "test", Charge.of(style, "tokens"))
    assert Demand.of(tables(rows)[0], figures_of(rows)).on(quota)[0] == tokens


def test_the_quotas_of_a_profile_count_as_their_style_does(repository: Path) -> None:
    profile = yamlfile.load(repository / "scenarios/staging/anthropic.yaml", Profile)
    charges = {(one.model, one.axis): one.charge for one in known_limits(profile)}
    assert {charge for (_, axis), charge in charges.items() if axis == "input_tokens"} == {Charge(input=1, cached=-1)}
    assert {model for model, _ in charges} == set(profile.models)
