import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.comparison.curve import Choice, Curve
from simulator.errors import BadInput


def choice(score: list[float], strong: list[float], weak: list[float]) -> Choice:
    ones = np.ones(len(score))
    return Choice(np.array(score), np.array(strong), np.array(weak), strong_cost=4 * ones, weak_cost=ones)


def test_four_requests_by_hand() -> None:
    # The router finds the one request that only the strong model can do, then one that both can, …
    curve = Curve.of(choice([0.9, 0.7, 0.5, 0.3], strong=[1, 1, 1, 1], weak=[0, 1, 0, 1]))
    assert curve.strong_share.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert curve.quality.tolist() == [0.5, 0.75, 0.75, 1, 1]
    assert curve.cost.tolist() == [1, 1.75, 2.5, 3.25, 4]
    assert curve.gap_recovered().tolist() == [0, 0.5, 0.5, 1, 1]
    assert (curve.call_share(0.5), curve.call_share(0.75)) == (0.25, 0.625)
    assert curve.cost_share(0.5) == 1.75 / 4
    assert curve.average_gap_recovered() == 0.25 * (0.25 + 0.5 + 0.75 + 1)


def test_ties_are_one_point_and_their_mixture() -> None:
    curve = Curve.of(choice([1, 1, 0, 0], strong=[1, 1, 1, 1], weak=[0, 0, 0, 0]))
    assert curve.strong_share.tolist() == [0, 0.5, 1]
    assert curve.call_share(0.25) == 0.25


def test_without_a_gap_there_is_nothing_to_recover() -> None:
    with pytest.raises(BadInput, match="the strong model is not better"):
        Curve.of(choice([1, 2], strong=[1, 0], weak=[0, 1])).gap_recovered()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_every_threshold_equals_deciding_request_by_request(rows: list[tuple[float, float, float]]) -> None:
    score, strong, weak = (np.array(column) for column in zip(*rows, strict=True))
    curve = Curve.of(Choice(score, strong, weak, strong_cost=strong, weak_cost=weak))
    thresholds = [np.inf, *sorted(set(score), reverse=True)]
    by_hand = [np.where(score >= threshold, strong, weak).mean() for threshold in thresholds]
    assert curve.quality == pytest.approx(by_hand)
    assert curve.cost == pytest.approx(by_hand)
