import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.comparison.hull import Point, average_quality, hull, oracle, zero_router

SMALL, MIDDLE, BIG = Point("small", 1.0, 0.5), Point("middle", 2.0, 0.6), Point("big", 4.0, 0.9)

points = st.lists(st.builds(Point, st.just("m"), st.floats(0.01, 100), st.floats(0, 1)), min_size=1, max_size=12)


def test_a_model_under_the_line_is_no_part_of_it() -> None:
    assert hull([BIG, SMALL, MIDDLE]) == [SMALL, BIG]  # half of each gives 0.63 at $2
    assert hull([SMALL, Point("dear and worse", 9.0, 0.4)]) == [SMALL]


def test_the_zero_router_mixes_without_learning() -> None:
    assert zero_router([SMALL, MIDDLE, BIG], 2.5) == pytest.approx(0.7)
    assert zero_router([SMALL, BIG], 9.0) == 0.9
    assert zero_router([SMALL, BIG], 0.5) is None


def test_average_quality_is_over_the_span_of_costs() -> None:
    assert average_quality([SMALL, MIDDLE, BIG]) == pytest.approx(0.7)
    assert average_quality([SMALL, Point("dear and worse", 3.0, 0.4)]) == pytest.approx(0.5)
    assert average_quality([SMALL]) is None


def test_the_oracle_takes_the_cheapest_of_the_best() -> None:
    qualities = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    costs = np.array([[1.0, 1.0, 1.0], [4.0, 4.0, 4.0]])
    assert oracle(qualities, costs) == Point("oracle", pytest.approx(2.0), pytest.approx(2 / 3))  # type: ignore[arg-type]


@given(points)
def test_no_model_lies_above_the_hull(models: list[Point]) -> None:
    line = hull(models)
    costs, quality = [one.cost for one in line], [one.quality for one in line]
    assert all(one.quality <= np.interp(one.cost, costs, quality) + 1e-9 for one in models)
    assert all(later > earlier for earlier, later in itertools.pairwise(quality))
