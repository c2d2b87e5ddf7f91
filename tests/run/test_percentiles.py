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
        intervals(rng.lognormal(size=3 * n), np.repeat(np.arange(n), 3), percents=[95])[0] for n in (29, 30)
    )
    assert (bare.low, bare.high, bare.note) == (None, None, "29 different sessions: an interval needs 30")
    assert bounded.low is not None
    assert bounded.low <= bounded.value <= bounded.high


@pytest.mark.parametrize(("percent", "rows"), [(50, 5), (90, 29), (95, 59), (99, 299)])
def test_a_percentile_needs_rows_beyond_it_to_be_bounded(percent: int, rows: int) -> None:
    """1 − 0.95⁵⁹ = 95.2 %: of 59 rows the largest very likely lies above the 95th percentile; of 58 not quite."""
    sessions = np.arange(rows) if rows >= 30 else np.arange(30)
    values = np.ones(len(sessions))
    enough = intervals(values, sessions, percents=[percent])[0]
    assert enough.note is None
    if rows > 30:
        few = intervals(values[1:], sessions[1:], percents=[percent])[0]
        assert few.note == f"{rows - 1} requests: an upper bound of p({percent}) needs {rows}"


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1e6) | st.just(math.inf)), min_size=30, max_size=200))
def test_a_percentile_lies_within_its_bounds(rows: list[tuple[int, float]]) -> None:
    sessions, values = (np.array(column) for column in zip(*rows, strict=True))
    for found in intervals(values, sessions, percents=[50, 90, 95, 99]):
        assert found.low is None or found.low <= found.value <= found.high


def test_without_rows_there_is_no_data() -> None:
    empty = np.array([], dtype=float)
    assert intervals(empty, empty.astype(int), percents=[50]) == [Interval(value=None, note="no data")]


def test_infinity_reaches_the_upper_bound() -> None:
    values = np.array([1.0] * 95 + [math.inf] * 5)
    (found,) = intervals(values, np.arange(100), percents=[95])
    assert (found.value, found.low, found.high) == (1.0, 1.0, math.inf)


@pytest.mark.parametrize("sessions", [30, 100])
def test_intervals_hold_the_truth_nearly_as_often_as_they_claim(sessions: int) -> None:
    """Lognormal sessions of 2.5 requests on average that have most of their spread in common; the truth is computed."""
    rng, repeats = np.random.default_rng(0), 400
    truth = {p: math.exp(math.hypot(0.5, 0.3) * z) for p, z in ((50, 0.0), (95, 1.6449), (99, 2.3263))}
    held = dict.fromkeys(truth, 0)
    for _ in range(repeats):
        sizes = rng.geometric(0.4, sessions)
        owner = np.repeat(np.arange(sessions), sizes)
        values = np.exp(np.repeat(rng.normal(0, 0.5, sessions), sizes) + rng.normal(0, 0.3, len(owner)))
        for (percent, value), found in zip(truth.items(), intervals(values, owner, percents=list(truth)), strict=True):
            held[percent] += found.low <= value <= found.high
    assert all(count / repeats > 0.89 for count in held.values()), held


def test_requests_of_one_session_count_once_not_many_times() -> None:
    """40 sessions of 25 equal requests know as little as 40 requests; 1,000 sessions know more."""
    rng = np.random.default_rng(3)
    session_time = rng.lognormal(size=40)
    clustered = intervals(np.repeat(session_time, 25), np.repeat(np.arange(40), 25), percents=[50])[0]
    loose = intervals(np.repeat(session_time, 25), np.arange(1000), percents=[50])[0]
    assert clustered.high - clustered.low > 2 * (loose.high - loose.low)


@pytest.mark.parametrize(
    ("sessions", "percent", "bounds"),
    [
        # 38 sessions of one row are worth 38 ÷ (38 / 37) = 37 rows. Wilson's bounds for 0.9 of 37, z = 1.96:
        # (0.9519 ± 0.1097) / 1.1038 = 0.7630 and 0.9618; of 38 rows the 28th and, rounded up and one on, the 38th.
        (38, 90, (28.0, 38.0)),
        # The 30th of 30 rows is p99: all rows are at or below it, so that nothing is known of a design effect.
        # Wilson for 0.99 of 30: (1.0540 − 0.0733) / 1.1281 = 0.8694, the 26th; the upper bound lies beyond the rows.
        (30, 99, (26.0, math.inf)),
    ],
)
def test_an_interval_by_hand(sessions: int, percent: int, bounds: tuple[float, float]) -> None:
    (found,) = intervals(np.arange(1.0, sessions + 1), np.arange(sessions), percents=[percent])
    assert (found.low, found.high) == bounds


def test_sessions_that_balance_themselves_are_worth_no_more_than_their_rows() -> None:
    """Every session has one fast and one slow answer: it says less than it seems, never more than two requests."""
    values = np.concatenate([np.arange(1.0, 41), np.arange(41.0, 81)])
    balanced = intervals(values, np.tile(np.arange(40), 2), percents=[50])[0]
    loose = intervals(values, np.arange(80), percents=[50])[0]
    assert (balanced.low, balanced.high) == pytest.approx((loose.low, loose.high), abs=1)
    assert balanced.high - balanced.low > 10
