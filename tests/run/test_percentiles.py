"""Percentiles are exact, keep +∞, and their intervals resample sessions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.figures import Interval
from simulator.run.percentiles import exact, intervals


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 95, None),
        ([3.0], 50, 3.0),
        ([1.0, 2.0], 50, 1.0),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 102)), 95, 96),  # 95 of 101 rows are 94.06 %: one short
        ([1.0] * 95 + [math.inf] * 5, 95, 1.0),
        ([1.0] * 94 + [math.inf] * 6, 95, math.inf),
    ],
)
def test_nearest_rank(values: list[float], percent: float, expected: float | None) -> None:
    assert exact(np.array(values, dtype=float), percent) == expected


@given(st.lists(st.floats(0, 1e6) | st.just(math.inf), min_size=1, max_size=200), st.integers(1, 100))
def test_at_least_the_asked_share_of_rows_is_not_above_it_and_no_smaller_row_does(values: list[float], p: int) -> None:
    found = exact(np.array(values), p)
    assert found in values
    assert sum(v <= found for v in values) * 100 >= p * len(values)
    assert sum(v < found for v in values) * 100 < p * len(values)


def test_below_thirty_sessions_there_is_no_interval_and_thirty_have_one() -> None:
    rng = np.random.default_rng(1)
    bare, bounded = (
        intervals(rng.lognormal(size=3 * n), np.repeat(np.arange(n), 3), percents=[95], seed=1)[0] for n in (29, 30)
    )
    assert (bare.low, bare.high, bare.note) == (None, None, "29 different sessions: an interval needs 30")
    assert bounded.low is not None
    assert bounded.low <= bounded.value <= bounded.high


@pytest.mark.parametrize(("percent", "rows"), [(50, 5), (90, 29), (95, 59), (99, 299)])
def test_a_percentile_needs_rows_beyond_it_to_be_bounded(percent: int, rows: int) -> None:
    """1 − 0.95⁵⁹ = 95.2 %: of 59 rows the largest very likely lies above the 95th percentile; of 58 not quite."""
    sessions = np.arange(rows) if rows >= 30 else np.arange(30)
    values = np.ones(len(sessions))
    enough = intervals(values, sessions, percents=[percent], seed=1)[0]
    assert enough.note is None
    if rows > 30:
        few = intervals(values[1:], sessions[1:], percents=[percent], seed=1)[0]
        assert few.note == f"{rows - 1} requests: an upper bound of p({percent}) needs {rows}"


def test_without_rows_there_is_no_data() -> None:
    empty = np.array([], dtype=float)
    assert intervals(empty, empty.astype(int), percents=[50], seed=1) == [Interval(value=None, note="no data")]


def test_the_same_seed_gives_the_same_bounds_and_infinity_reaches_the_upper_one() -> None:
    values = np.array([1.0] * 95 + [math.inf] * 5)
    sessions = np.arange(100)
    (first,), (again,) = (intervals(values, sessions, percents=[95], seed=7) for _ in range(2))
    assert first == again
    assert (first.value, first.low, first.high) == (1.0, 1.0, math.inf)


def test_the_large_sample_form_agrees_with_resampling() -> None:
    """1,999 and 2,000 sessions of 1 to 5 requests lie on two sides of the switch and have nearly the same bounds."""
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 6, 2000)
    sessions = np.repeat(np.arange(2000), sizes)
    values = np.repeat(rng.lognormal(size=2000), sizes) * rng.lognormal(0, 0.3, len(sessions))
    few = sessions < 1999
    for drawn, formed in zip(
        intervals(values[few], sessions[few], percents=[50, 95], seed=1),
        intervals(values, sessions, percents=[50, 95], seed=1),
        strict=True,
    ):
        width = formed.high - formed.low
        assert (drawn.low, drawn.high) == pytest.approx((formed.low, formed.high), abs=width / 5)


def test_requests_of_one_session_count_once_not_many_times() -> None:
    """40 sessions of 25 equal requests know as little as 40 requests; 1,000 sessions know more."""
    rng = np.random.default_rng(3)
    session_time = rng.lognormal(size=40)
    clustered = intervals(np.repeat(session_time, 25), np.repeat(np.arange(40), 25), percents=[50], seed=1)[0]
    loose = intervals(np.repeat(session_time, 25), np.arange(1000), percents=[50], seed=1)[0]
    assert clustered.high - clustered.low > 2 * (loose.high - loose.low)
