"""Arrival processes: the asked rate and the asked burstiness, inside the window."""

import numpy as np
import pytest

from simulator.traffic import keys
from simulator.traffic.arrivals.clients import Clients
from simulator.traffic.arrivals.constant import ConstantRate
from simulator.traffic.arrivals.diurnal import Diurnal
from simulator.traffic.arrivals.gamma import Gamma
from simulator.traffic.arrivals.onoff import OnOff
from simulator.traffic.arrivals.poisson import Poisson
from simulator.traffic.arrivals.ramp import Ramp
from simulator.traffic.arrivals.recorded import Recorded
from simulator.traffic.arrivals.spike import Spike
from simulator.traffic.arrivals.weibull import Weibull
from simulator.traffic.shape import dispersion

PROCESSES = [
    (ConstantRate(kind="constant", rate="5/s"), 0.0),
    (Poisson(kind="poisson", rate="5/s"), 1.0),
    (Gamma(kind="gamma", rate="5/s", cv=0.5), 0.5),
    (Gamma(kind="gamma", rate="5/s", cv=2.5), 2.5),
    (Clients(kind="clients", clients=[{"rate": "5/s", "cv": 2.5}]), 2.5),
    (Weibull(kind="weibull", rate="5/s", shape=0.7), 1.46),
    (Ramp(kind="ramp", start="5/s", stages=[{"to": "5/s"}], cv=1.5), 1.5),
    (Diurnal(kind="diurnal", rate="5/s", hours=[1] * 24), 1.0),
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


def test_a_ramp_climbs_evenly_and_holds():
    stages = [{"to": "9/s", "over": "1000s", "hold": "500s"}, {"to": "2/s"}]
    times = Ramp(kind="ramp", start="1/s", stages=stages).times(2000, keys.stream(1, "test"))
    found = np.histogram(times, [0, 250, 500, 750, 1000, 1500, 2000])[0] / [250, 250, 250, 250, 500, 500]
    assert found == pytest.approx([2, 4, 6, 8, 9, 2], rel=0.12)


def test_a_spike_is_as_high_and_as_long_as_asked():
    process = Spike(kind="spike", rate="4/s", factor=10, at="300s", lasting="60s")
    found = np.histogram(process.times(900, keys.stream(1, "test")), [0, 300, 360, 900])[0] / [300, 60, 540]
    assert found == pytest.approx([4, 40, 4], rel=0.1)


def test_a_day_has_its_hours_and_begins_where_asked():
    hours = [0.0] * 12 + [1.0] * 6 + [2.0] * 6
    times = Diurnal(kind="diurnal", rate="3/s", hours=hours, start="11h").times(86_400, keys.stream(1, "test"))
    found = np.histogram(times, np.arange(25) * 3600)[0] / 3600
    assert found == pytest.approx([0, *[4] * 6, *[8] * 6, *[0] * 11], rel=0.06, abs=0.01)
    assert len(times) / 86_400 == pytest.approx(3, rel=0.02)


def test_a_day_that_begins_within_an_hour_is_not_shifted():
    hours = [1.0] + [0.0] * 23
    times = Diurnal(kind="diurnal", rate="1/s", hours=hours, start="30m").times(86_400, keys.stream(1, "test"))
    assert ((times < 1800) | (times >= 84_600)).all()


def test_on_off_clients_are_bursty_over_minutes_where_gaps_are_not():
    process = OnOff(kind="onoff", rate="5/s", clients=4, on="30s", off="120s")
    times, gaps = process.times(50_000, keys.stream(1, "test")), Gamma(kind="gamma", rate="5/s", cv=1.4)
    assert len(times) / 50_000 == pytest.approx(5, rel=0.05)
    assert dispersion(times, 60, 50_000) > 10 * dispersion(gaps.times(50_000, keys.stream(1, "test")), 60, 50_000)


def test_one_large_bursty_client_shows_through_and_many_small_ones_blend():
    one, many = ([{"rate": f"{5 / count}/s", "cv": 4}] * count for count in (1, 50))
    found = [Clients(kind="clients", clients=each).times(20_000, keys.stream(1, "test")) for each in (one, many)]
    gaps = [np.diff(times) for times in found]
    assert gaps[0].std() / gaps[0].mean() == pytest.approx(4, rel=0.05)
    assert gaps[1].std() / gaps[1].mean() < 2.8


def test_recorded_counts_come_back_exactly_and_repeat():
    process = Recorded(kind="recorded", every="10s", counts=[5, 0, 40], cv=3)
    found = np.histogram(process.times(60, keys.stream(1, "test")), np.arange(7) * 10)[0]
    assert found.tolist() == [5, 0, 40, 5, 0, 40]


def test_recorded_counts_bunch_as_their_cv_says():
    even, bunched = (Recorded(kind="recorded", every="10s", counts=[50] * 200, cv=cv) for cv in (1, 4))
    ones = [dispersion(process.times(2000, keys.stream(1, "test")), 1, 2000) for process in (even, bunched)]
    assert ones[0] == pytest.approx(0.9, abs=0.1)
    assert ones[1] > 5


@pytest.mark.parametrize("hours", [[1.0] * 25, [0.0] * 24, [-1.0] + [1.0] * 23])
def test_hours_must_be_a_day_or_a_week(hours):
    with pytest.raises(ValueError, match="must be"):
        Diurnal(kind="diurnal", rate="1/s", hours=hours)
