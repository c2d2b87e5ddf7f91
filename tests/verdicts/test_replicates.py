"""Replicates of one rung: their mean and how far it may lie off."""

import math

import pytest

from simulator.figures import Interval
from simulator.scenario.objective import Objective
from simulator.verdicts.objectives import judge
from simulator.verdicts.replicates import mean_of, t975
from tests.run.hand import asked, figures_of


def figures(*values: float | None) -> list[Interval]:
    return [Interval(value=value, note=None if value is not None else "0 requests") for value in values]


def test_three_replicates_by_hand() -> None:
    """1, 2 and 3: mean 2, standard error 1/√3, t(2) = 4.303."""
    found = mean_of(figures(1.0, 2.0, 3.0))
    half = 4.303 / math.sqrt(3)
    assert found.value == 2.0
    assert (found.low, found.high) == (pytest.approx(2 - half), pytest.approx(2 + half))


def test_replicates_that_agree_are_no_surer_than_their_sessions() -> None:
    one, two = Interval(value=1.0, low=0.5, high=2.0), Interval(value=1.0, low=0.6, high=2.5)
    assert mean_of([one, two]) == Interval(value=1.0, low=0.5, high=2.5, note="mean of 2 replicates")


def test_one_figure_keeps_its_own_bounds() -> None:
    alone = Interval(value=1.0, low=0.5, high=2.0)
    assert mean_of([alone]) == alone


def test_what_one_replicate_lacks_the_mean_lacks() -> None:
    assert mean_of(figures(1.0, None)) == Interval(value=None, note="1 of 2 replicates: 0 requests")
    assert mean_of(figures(1.0, math.inf)) == Interval(value=math.inf, note="+∞ in 1 of 2 replicates")


@pytest.mark.parametrize(("degrees", "quantile"), [(1, 12.706), (30, 2.042), (31, 2.040), (49, 2.010), (120, 1.980)])
def test_quantiles_of_the_table_and_beyond(degrees: int, quantile: float) -> None:
    assert t975(degrees) == pytest.approx(quantile, abs=0.0035)


def test_too_few_sessions_are_not_made_enough_by_repeating_them() -> None:
    """23 sessions had no interval; three replicates of them had one of ±1 %."""
    few = [Interval(value=value, note="23 different sessions: an interval needs 30") for value in (0.79, 0.80, 0.78)]
    found = mean_of(few)
    assert (found.value, found.low, found.high) == (pytest.approx(0.79), None, None)
    assert found.note == "mean of 3 replicates; 23 different sessions: an interval needs 30"


def test_replicates_are_judged_together() -> None:
    """Each 1 or 2 s, from 30 sessions."""
    rungs = [
        figures_of([asked(f"s{n}", 2.0, took=took, replicate=again) for n in range(30)], replicate=again)
        for again, took in ((1, 1.0), (2, 2.0))
    ]
    (one,) = judge([Objective.model_validate("p(50) response_time < 1600ms")], rungs, valid=True)
    assert (one.outcome, one.measured) == ("pass", 1.5)
    assert one.note == "mean of 2 replicates; too close to call: the target lies within the interval"
