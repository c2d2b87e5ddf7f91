"""Distributions: what a scenario may write, and the shapes they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from simulator.traffic.distributions.constant import Constant
from simulator.traffic.distributions.geometric import Geometric
from simulator.traffic.distributions.lognormal import Lognormal
from simulator.traffic.journey import Amounts, Times

amounts, times = TypeAdapter(Amounts), TypeAdapter(Times)


def test_a_bare_value_is_a_constant():
    assert amounts.validate_python("2k") == Constant(value=2000)
    assert times.validate_python("1.5s") == Constant(value=1.5)


def test_times_need_their_unit_and_amounts_refuse_one():
    with pytest.raises(ValidationError, match="say the unit"):
        times.validate_python({"kind": "lognormal", "median": 2, "sigma": 1})
    with pytest.raises(ValidationError, match="not a whole number"):
        amounts.validate_python({"kind": "lognormal", "median": "2s", "sigma": 1})


def test_lognormal_has_its_median_and_is_cut_at_its_max():
    lengths = Lognormal(kind="lognormal", median=70, sigma=0.7, max=200)
    assert lengths.quantile(np.array([0.5, 0.999999])).tolist() == [70, 200]


def test_a_max_below_the_min_is_refused():
    with pytest.raises(ValidationError, match="max 1 is less than min 2"):
        Lognormal(kind="lognormal", median=3, sigma=1, min=2, max=1)


def test_geometric_has_its_mean():
    turns = Geometric(kind="geometric", mean=1.8).quantile((np.arange(100_000) + 0.5) / 100_000)
    assert turns.min() == 1
    assert turns.mean() == pytest.approx(1.8, rel=0.001)


def test_geometric_of_mean_one_is_always_one():
    assert Geometric(kind="geometric", mean=1).quantile(np.array([0.0, 0.999])).tolist() == [1, 1]


@pytest.mark.parametrize(
    "shape",
    [
        Constant(value=3),
        Lognormal(kind="lognormal", median=70, sigma=0.7, min=5, max=2000),
        Geometric(kind="geometric", mean=3, max=8),
    ],
)
@given(shares=st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=20))
def test_quantiles_never_decrease(shape, shares):
    values = shape.quantile(np.sort(np.array(shares)))
    assert (np.diff(values) >= 0).all()
