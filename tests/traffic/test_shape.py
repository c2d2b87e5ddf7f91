"""Statistics worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.traffic import shape

SAMPLES = st.lists(st.integers(0, 50), min_size=1, max_size=30).map(np.array)


def test_dispersion_of_bursts_by_hand():
    """Four events in the first of four seconds: mean 1, variance 3."""
    assert shape.dispersion(np.array([0.1, 0.2, 0.3, 0.4]), 1.0, 4.0) == 3


def test_a_cut_window_is_left_out():
    assert shape.counts(np.array([0.5, 1.5, 2.2]), 1.0, 2.5).tolist() == [1, 1]


def test_the_peak_of_a_span_shorter_than_the_window_is_unknown():
    assert shape.peak_rate(np.array([0.5]), 60.0, 30.0) is None
    assert shape.peak_rate(np.array([0.5, 0.6, 1.5]), 1.0, 2.0) == 2


def test_cv_by_hand():
    """Gaps 1 and 3: mean 2, standard deviation 1."""
    assert shape.cv(np.array([0.0, 1.0, 4.0])) == 0.5


def test_too_few_events_have_no_statistics():
    assert shape.cv(np.array([1.0, 2.0])) is None
    assert shape.dispersion(np.array([]), 1.0, 10.0) is None
    assert shape.spearman(np.array([1, 2]), np.array([3, 3])) is None


def test_spearman_sees_ranks_and_averages_ties():
    assert shape.spearman(np.array([1, 2, 3]), np.array([10, 100, 1000])) == pytest.approx(1)
    assert shape.spearman(np.array([1, 1, 2]), np.array([1, 2, 3])) == pytest.approx(0.8660254)


def test_ks_and_w1_by_hand():
    """Half of the mass moves from 0 to 4: the functions differ by 0.5 over a length of 4."""
    a, b = np.array([0, 0]), np.array([0, 4])
    assert (shape.ks(a, b), shape.wasserstein(a, b)) == (0.5, 2.0)


@given(SAMPLES, SAMPLES)
def test_distances_are_symmetric_and_zero_only_for_equals(a, b):
    for distance in (shape.ks, shape.wasserstein):
        assert distance(a, b) == pytest.approx(distance(b, a))
        assert distance(a, a) == 0


@given(SAMPLES, st.integers(1, 9))
def test_moving_a_sample_moves_w1_by_as_much(a, step):
    assert shape.wasserstein(a, a + step) == pytest.approx(step)
