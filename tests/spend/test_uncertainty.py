"""Intervals that hold what they promise, measured against samples whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from simulator.scenario import scenario as scenarios
from simulator.spend.uncertainty import dearest_share, mean_factors, needed_sessions, volume_factors
from simulator.traffic.generate import generate


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


def test_how_much_hangs_on_the_dearest_sessions() -> None:
    """The dearest 2 of 40 sessions: equal ones have their share; one that costs 61 and another make 62 %."""
    assert dearest_share(np.ones(40)) == 0.05
    assert dearest_share(np.array([61.0, *np.ones(39)])) == 0.62
    assert dearest_share(np.zeros(40)) is None


def test_volume_lies_within_its_bounds_four_times_in_five() -> None:
    factors = volume_factors(0.25, seed=3)
    assert ((factors > 1 / 1.25) & (factors < 1.25)).mean() == pytest.approx(0.8, abs=0.03)
    assert (volume_factors(0.0, seed=3) == 1).all()


def test_a_short_test_of_the_shipped_traffic_says_how_far_off_it_may_be(repository: Path) -> None:
    """18 s of it, 100 times: P10 to P90 hold the mean cost of a session of a two-hour trace about 80 times."""
    traffic = scenarios.load(repository / "scenarios/support-chat.yaml").traffic

    def costs(span_s: float, seed: int) -> np.ndarray:
        table = generate(traffic, span_s=span_s, seed=seed).table
        session = np.unique(table["session_id"].to_pylist(), return_inverse=True)[1]
        tokens = table["input_tokens"].to_numpy() + 4 * table["output_tokens"].to_numpy()
        return np.bincount(session, tokens)

    truth, held, judged = costs(7200.0, 999).mean(), 0, 0
    for seed in range(100):
        sample = costs(18.0, seed)
        factors = mean_factors(sample, seed=seed)
        if factors is not None:
            low, high = np.quantile(sample.mean() * factors, [0.1, 0.9])
            held, judged = held + (low <= truth <= high), judged + 1
    assert judged > 90
    assert held / judged == pytest.approx(0.8, abs=0.1)
