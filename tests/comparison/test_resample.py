import numpy as np
import pytest

from simulator.comparison.resample import saving_interval
from simulator.run.percentiles import Floats


def _pair(rng: np.random.Generator, sessions: int) -> tuple[Floats, Floats]:
    """Skewed session costs, a true saving of 60 %, correlated within the pair."""
    baseline = rng.lognormal(0.0, 1.0, sessions)
    return 0.4 * baseline * rng.lognormal(-0.02, 0.2, sessions), baseline


def test_thirty_sessions_are_enough_and_twenty_nine_are_not() -> None:
    rng = np.random.default_rng(1)
    enough = saving_interval(*_pair(rng, 30), seed=1, name="x")
    few = saving_interval(*_pair(rng, 29), seed=1, name="x")
    assert enough.low is not None
    assert (few.low, few.note) == (None, "29 sessions: an interval needs 30")


def test_the_interval_covers_what_it_says() -> None:
    rng = np.random.default_rng(7)
    covered = 0
    for trial in range(200):
        found = saving_interval(*_pair(rng, 60), seed=trial, name="x")
        assert found.low is not None
        assert found.high is not None
        covered += found.low < 0.6 < found.high
    assert 180 <= covered <= 199  # 95 % of 200, ± 3 standard errors


def test_pooled_blocks_give_the_same_width_as_sessions() -> None:
    rng = np.random.default_rng(3)
    own, baseline = _pair(rng, 1_900)
    few = saving_interval(own, baseline, seed=1, name="x")
    many = saving_interval(np.tile(own, 4), np.tile(baseline, 4), seed=1, name="x")
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert (many.high - many.low) / (few.high - few.low) == pytest.approx(0.5, abs=0.06)  # 4× the sessions


def test_a_saving_without_spread_has_an_interval_of_no_width() -> None:
    found = saving_interval(np.full(40, 0.25), np.ones(40), seed=1, name="x")
    assert (found.value, found.low, found.high) == (0.75, 0.75, 0.75)


def test_the_same_seed_gives_the_same_interval() -> None:
    pair = _pair(np.random.default_rng(5), 100)
    assert saving_interval(*pair, seed=4, name="x") == saving_interval(*pair, seed=4, name="x")
