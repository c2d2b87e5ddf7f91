"""Demand on a quota, and the multiple from which it no longer carries it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.run.demand import Demand, KnownLimit
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


def test_copies_of_a_session_are_one_observation() -> None:
    rows = [asked(name, 1.0, scale=2.0) for name in ("a", "a#2", "b", "b#2")]
    assert Demand.of(tables(rows)[0], figures_of(rows)).per_session["gpt-4o"]["requests"].tolist() == [2, 2]


def test_retries_and_the_drain_are_not_demand() -> None:
    rows = [asked("a", 1.2, attempts=3), asked("b", 2.0), asked("late", 11.0)]
    demand = Demand.of(tables(rows)[0], figures_of(rows))
    assert demand.per_second["gpt-4o"]["requests"].tolist() == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_a_refused_call_asks_for_what_its_model_usually_takes() -> None:
    rows = [asked("a", 1.0), asked("b", 2.0, outcome="rate_limited")]
    assert Demand.of(tables(rows)[0], figures_of(rows)).per_second["gpt-4o"]["tokens"][2] == 201


def test_irregular_arrivals_tell_less_about_their_rate() -> None:
    """101 sessions of which every second gap is 0 and the others 2 s: CV 1, a standard error of 1 ÷ √101."""
    regular, paired = (
        Demand.of(tables(rows)[0], figures_of(rows)).rate_error
        for rows in ([asked(f"s{n}", float(n - n % step)) for n in range(101)] for step in (1, 2))
    )
    assert (regular, paired) == (0.0, pytest.approx(1 / 101**0.5))


@pytest.mark.parametrize(("scale", "share"), [(1, 0.0), (5, 0.0), (10, 0.5), (100, 0.95)])
def test_beyond_the_limit_the_rest_is_refused(scale: float, share: float) -> None:
    rows = [asked(f"s{n}", n + 0.5) for n in range(10)]  # 60 requests a minute at 1×
    demand = Demand.of(tables(rows)[0], figures_of(rows))
    assert demand.refused_share([limit(300, axis="requests")], scale) == pytest.approx(share)
