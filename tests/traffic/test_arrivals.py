"""Arrival processes: the asked rate and the asked burstiness, inside the window."""

import numpy as np
import pytest

from simulator.traffic import keys
from simulator.traffic.arrivals.constant import ConstantRate
from simulator.traffic.arrivals.gamma import Gamma
from simulator.traffic.arrivals.poisson import Poisson

PROCESSES = [
    (ConstantRate(kind="constant", rate="5/s"), 0.0),
    (Poisson(kind="poisson", rate="5/s"), 1.0),
    (Gamma(kind="gamma", rate="5/s", cv=0.5), 0.5),
    (Gamma(kind="gamma", rate="5/s", cv=2.5), 2.5),
]


@pytest.mark.parametrize(("process", "cv"), PROCESSES)
def test_rate_and_cv_are_the_asked_ones(process, cv):
    times = process.times(20_000, keys.stream(1, "test"))
    gaps = np.diff(times)
    assert len(times) / 20_000 == pytest.approx(process.mean_rate, rel=0.03)
    assert gaps.std() / gaps.mean() == pytest.approx(cv, abs=0.05 + 0.03 * cv)


@pytest.mark.parametrize(("process", "cv"), PROCESSES)
def test_times_ascend_inside_the_window(process, cv):
    times = process.times(3.7, keys.stream(2, "test"))
    assert (np.diff(times) >= 0).all()
    assert times.min() >= 0
    assert times.max() < 3.7


def test_bursty_windows_open_anywhere():
    """A window that opened at an arrival would hold too many: with cv 3 a fifth more in 10 s at 5/s."""
    process = Gamma(kind="gamma", rate="5/s", cv=3)
    counts = [len(process.times(10, keys.stream(seed, "test"))) for seed in range(1500)]
    assert np.mean(counts) == pytest.approx(50, abs=2.5)
