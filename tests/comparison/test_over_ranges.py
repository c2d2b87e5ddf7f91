"""Ranges over recorded answers: what a draw costs is known by hand, so the spread of draws is."""

import pytest

from simulator.comparison.over_ranges import over_ranges
from simulator.comparison.result import OverRanges
from simulator.comparison.source import Source
from simulator.strategies.ranges import either
from simulator.units import parse_share
from tests.comparison.test_sweep import ROUTED, source  # noqa: F401  # a fixture
from tests.strategies.scripted import tree


def _over(source: Source, text: str, label_accuracy: float | None = None) -> OverRanges:  # noqa: F811
    (found,) = over_ranges(source, {"new": tree(text, "new")}, label_accuracy=label_accuracy)
    return found


def test_a_case_of_3_to_6_dollars_costs_what_its_draws_do(source: Source) -> None:  # noqa: F811
    """Everybody is asked once, so a request costs the case: uniform, P10 $3.30, P50 $4.50, P90 $5.70."""
    found = _over(source, "fallback: [{human: {cost: $3..$6, takes: 1m..9m}}, gpt-4o]")
    assert [float(cost) for cost in found.cost_per_request] == pytest.approx([3.3, 4.5, 5.7], abs=0.01)
    (moved,) = found.moved_by  # how long it takes does not move the saving
    assert (moved.option, moved.range) == ("new.fallback.0.human.cost", "$3..$6")
    assert (moved.at_low, moved.at_high) != (None, None)
    assert (1 - (moved.at_high or 0.0)) / (1 - (moved.at_low or 0.0)) == pytest.approx(2.0)  # twice the dollars


def test_hits_save_about_their_share_and_every_run_draws_the_same(source: Source) -> None:  # noqa: F811
    text = "cache: {hits: 10%..30%, of: gpt-4o}"
    found = _over(source, text)
    low, middle, high = found.saving or []
    assert 0.05 < low < middle < high < 0.4
    (moved,) = found.moved_by
    assert moved.at_low is not None
    assert moved.at_high is not None
    assert moved.at_low <= low <= high <= moved.at_high
    assert _over(source, text) == found


def test_a_canary_of_an_unknown_size_saves_what_its_share_does(source: Source) -> None:  # noqa: F811
    """Ten points more on the small model save ten points more of what it saves; a rule's number is drawn too."""
    whole = _over(
        source, "split: {parts: {new: {share: 0..1, of: gpt-4o-mini}, old: {share: 50%, of: gpt-4o}}, by: request}"
    )
    (moved,) = whole.moved_by
    assert moved.option == "new.split.parts.new.share"
    assert moved.at_low == pytest.approx(0.0, abs=1e-12)
    low, middle, high = whole.saving or []
    assert [
        low / (moved.at_high or 0.0),
        middle / (moved.at_high or 0.0),
        high / (moved.at_high or 0.0),
    ] == pytest.approx([0.1, 0.5, 0.9], abs=0.07)
    route = "route: {branches: [{when: input_tokens > 500..2k, use: gpt-4o}], otherwise: gpt-4o-mini}"
    (moved,) = _over(source, route).moved_by
    assert (moved.option, moved.range) == ("new.route.branches.0.when.input_tokens", "500..2k")
    assert (moved.at_low or 0.0) < (moved.at_high or 0.0)


def test_the_accuracy_of_a_classifier_may_be_a_range_too(source: Source) -> None:  # noqa: F811
    found = _over(source, ROUTED % "", label_accuracy=either(parse_share, "60%..100%"))
    assert [one.option for one in found.moved_by] == ["label_accuracy"]
    fixed = {"new": tree("gpt-4o-mini", "new")}
    assert over_ranges(source, fixed, label_accuracy=either(parse_share, "60%..100%")) == []
    assert over_ranges(source, fixed) == []
