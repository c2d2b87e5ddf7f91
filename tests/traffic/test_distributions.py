"""Distributions: what a scenario may write, and the shapes they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from simulator.traffic.distributions.constant import Constant
from simulator.traffic.distributions.geometric import Geometric
from simulator.traffic.distributions.histogram import Histogram
from simulator.traffic.distributions.lognormal import Lognormal
from simulator.traffic.distributions.pareto import Pareto
from simulator.traffic.distributions.quantiles import Quantiles
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
        Pareto(kind="pareto", min=100, alpha=1.2, max=50_000),
        Quantiles(kind="quantiles", values=[1, 5, 5, 90]),
        Histogram(kind="histogram", values=[1, 2, 7], weights=[5, 0, 3]),
    ],
)
@given(shares=st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=20))
def test_quantiles_never_decrease(shape, shares):
    values = shape.quantile(np.sort(np.array(shares)))
    assert (np.diff(values) >= 0).all()


def test_pareto_has_its_tail():
    lengths = Pareto(kind="pareto", min=100, alpha=2, max=5000)
    assert lengths.quantile(np.array([0.0, 0.75, 0.99, 0.9999])).tolist() == pytest.approx([100, 200, 1000, 5000])


def test_quantiles_are_linear_between_their_shares():
    table = Quantiles(kind="quantiles", values=[10, 20, 100], shares=[0, 0.9, 1])
    assert table.quantile(np.array([0.0, 0.45, 0.9, 0.95])).tolist() == pytest.approx([10, 15, 20, 60])


def test_a_histogram_gives_each_value_its_weight():
    turns = Histogram(kind="histogram", values=[1, 2, 7], weights=[5, 0, 3]).quantile(np.arange(8) / 8)
    assert turns.tolist() == [1, 1, 1, 1, 1, 7, 7, 7]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"kind": "quantiles", "values": [2, 1]}, "values must ascend"),
        ({"kind": "quantiles", "values": [1, 2], "shares": [0, 0.5]}, "shares must ascend from 0 to 1"),
        ({"kind": "quantiles", "values": [1, 2], "shares": [0, 0.5, 1]}, "2 values need as many shares, got 3"),
        ({"kind": "histogram", "values": [1, 2], "weights": [1]}, "2 values need as many weights, got 1"),
        ({"kind": "histogram", "values": [2, 1], "weights": [1, 1]}, "values must ascend"),
        ({"kind": "histogram", "values": [1, 2], "weights": [0, 0]}, "not all 0"),
    ],
)
def test_tables_are_checked(written, says):
    with pytest.raises(ValidationError, match=says):
        amounts.validate_python(written)


def test_a_table_of_times_has_units():
    assert times.validate_python({"kind": "quantiles", "values": ["500ms", "2s"]}).values == [0.5, 2.0]
