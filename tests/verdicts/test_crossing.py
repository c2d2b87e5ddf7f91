"""Where a figure crosses its bound between two rungs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.verdicts.crossing import Crossing, Point, crossing


def points(*values: float, target: float = 2.0) -> list[Point]:
    return [Point(scale, value, holds=value < target) for scale, value in zip((1.0, 2.0, 10.0), values, strict=False)]


def test_between_two_figures_a_straight_line() -> None:
    assert crossing(points(1.0, 1.5, 3.5), 2.0) == Crossing(at=4.0, low=2.0, high=10.0, before=1.5, after=3.5)


def test_towards_infinity_the_broken_rung_is_the_answer() -> None:
    assert crossing(points(1.0, 1.5, math.inf), 2.0) == Crossing(10.0, low=2.0, high=10.0, before=1.5, after=math.inf)


def test_from_infinity_too_where_a_figure_must_stay_above_its_bound() -> None:
    found = crossing([Point(1.0, math.inf, holds=True), Point(2.0, 1.0, holds=False)], 2.0)
    assert found == Crossing(at=2.0, low=1.0, high=2.0, before=math.inf, after=1.0)


def test_broken_from_the_start_has_no_scale_that_holds() -> None:
    assert crossing(points(2.5, 3.0), 2.0) == Crossing(at=1.0, low=None, high=1.0, before=None, after=2.5)


def test_nothing_broken_nothing_found() -> None:
    assert crossing(points(1.0, 1.1, 1.2), 2.0) is None
    assert crossing([], 2.0) is None


@given(st.lists(st.floats(0, 10), min_size=1, max_size=3))
def test_the_crossing_lies_between_the_last_that_held_and_the_first_that_broke(values: list[float]) -> None:
    found = crossing(points(*values), 2.0)
    if found:
        assert (found.low or found.high) <= found.at <= found.high


def test_a_latency_bends_at_a_capacity() -> None:
    """0.1 s at 2× under a capacity of 8× is 0.075 s idle: 2 s come at 8 · (1 − 0.075/2) = 7.7×, not at 5.8×."""
    found = crossing(points(0.1, 0.1, 4.1), 2.0)
    assert found is not None
    assert found.at == pytest.approx(5.8)
    assert found.delayed(8.0, 2.0).at == pytest.approx(7.7)
    assert found.delayed(8.0, 2.0).ceiling == 8.0


def test_towards_infinity_a_capacity_tells_where() -> None:
    found = crossing(points(0.1, 0.1, math.inf), 2.0)
    assert found is not None
    assert (found.at, found.delayed(8.0, 2.0).at) == (10.0, pytest.approx(7.7))


def test_what_a_capacity_cannot_carry_passes_one_percent_just_beyond_it() -> None:
    found = crossing([Point(2.0, 0.0, holds=True), Point(10.0, 0.2, holds=False)], 0.01)
    assert found is not None
    assert found.overflowing(8.0, 0.01).at == pytest.approx(8 / 0.99)
