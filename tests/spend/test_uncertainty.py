"""Intervals that hold what they promise, measured against samples whose truth is known."""

import numpy as np
import pytest

from simulator.spend.uncertainty import mean_factors, needed_sessions, volume_factors


def covered(sessions: int, *, repeats: int) -> float:
    """How often 80 % of the draws hold the true mean of skewed session costs (lognormal, CV 1.1)."""
    rng, truth, held = np.random.default_rng(5), np.exp(0.8**2 / 2), 0
    for repeat in range(repeats):
        costs = rng.lognormal(0, 0.8, sessions)
        low, high = np.quantile(costs.mean() * mean_factors(costs, seed=repeat), [0.1, 0.9])
        held += low <= truth <= high
    return held / repeats


@pytest.mark.parametrize("sessions", [30, 100])
def test_eighty_percent_intervals_hold_the_truth_about_eighty_percent_of_the_time(sessions: int) -> None:
    # 300 repeats tell ± 4.5 points at 95 %.
    assert covered(sessions, repeats=300) == pytest.approx(0.8, abs=0.055)


def test_a_large_sample_is_drawn_from_the_normal_and_agrees_with_the_bootstrap() -> None:
    costs = np.random.default_rng(1).lognormal(0, 0.8, 5000)
    normal, resampled = mean_factors(costs, seed=1).std(), mean_factors(costs[:4999], seed=1).std()
    assert normal == pytest.approx(resampled, rel=0.08)


def test_sessions_that_cost_nothing_say_nothing() -> None:
    assert mean_factors(np.zeros(50), seed=1) is None
    assert needed_sessions(np.zeros(50)) is None


def test_volume_lies_within_its_bounds_four_times_in_five() -> None:
    factors = volume_factors(0.25, seed=3)
    assert ((factors > 1 / 1.25) & (factors < 1.25)).mean() == pytest.approx(0.8, abs=0.03)
    assert (volume_factors(0.0, seed=3) == 1).all()
