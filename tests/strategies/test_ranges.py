"""A range stands wherever a number does: its middle serves, its draws differ, and both ends have to be allowed."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from simulator.strategies import ranges
from simulator.strategies.node import parse, write
from simulator.strategies.nodes.cascade import Assumed, Cascade
from simulator.strategies.nodes.human import Human
from simulator.strategies.nodes.semantic import Semantic
from simulator.strategies.tree import bind
from tests.strategies.scripted import serve, tree

TEXT = """
semantic:
  with: tiny
  hits: 15%..30%
  embedding: 50ms..0.2s
  of:
    cascade:
      of: [small, {human: {cost: $3..$6, takes: 5m}}]
      accept: {assumed: {easy: 90%, hard: 40%..70%}}
"""
PATHS = {
    "a.semantic.hits": "15%..30%",
    "a.semantic.embedding": "50ms..0.2s",
    "a.semantic.cascade.accept.assumed.hard": "40%..70%",
    "a.semantic.cascade.1.human.cost": "$3..$6",
}


def test_every_range_is_found_by_its_path_and_written_as_it_was() -> None:
    node = tree(TEXT)
    assert {path: one.text for path, one in ranges.found(node).items()} == PATHS
    again = bind("a", parse(write(node)))
    assert {path: one.text for path, one in ranges.found(again).items()} == PATHS
    assert not ranges.found(tree("semantic: {with: tiny, hits: 15%, of: big}"))


def test_where_one_number_is_needed_it_is_the_middle() -> None:
    hits, embedding, hard, cost = _numbers(tree(TEXT))
    assert (hits, embedding, hard) == pytest.approx((0.225, 0.125, 0.55))
    assert cost == Decimal("4.5")
    assert serve(tree("human: {cost: $3..$6, takes: 4m..8m}")).ended_at == 360.0


def test_draws_cover_a_range_evenly_in_an_order_of_its_own() -> None:
    one, other = (ranges.shares(path, seed=1, count=200) for path in ("a.semantic.hits", "a.semantic.embedding"))
    assert sorted(one) == sorted(other) == pytest.approx([(n + 0.5) / 200 for n in range(200)])
    assert one == ranges.shares("a.semantic.hits", seed=1, count=200)
    assert abs(float(np.corrcoef(one, other)[0, 1])) < 0.2
    assert abs(float(np.corrcoef(one, sorted(one))[0, 1])) < 0.2


def test_a_tree_whose_ranges_are_settled_is_the_same_tree_with_plain_numbers() -> None:
    node = tree(TEXT)
    low, high = (ranges.at_share(node, share) for share in (0.0, 1.0))
    assert [float(number) for number in _numbers(low)] == pytest.approx([0.15, 0.05, 0.4, 3.0])
    assert [float(number) for number in _numbers(high)] == pytest.approx([0.3, 0.2, 0.7, 6.0])
    assert (low.path, ranges.found(low)) == ("a.semantic", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cache: {hits: 30%..10%, of: m}", "a range goes from its low end to its high end"),
        ("cache: {hits: 50%..150%, of: m}", "a share lies between 0% and 100%, got 150%"),
        ("cache: {hits: 10%..many, of: m}", "'many' is not a share"),
        ("score: {weak: s, strong: b, threshold: 50%, auc: 40%..80%}", "greater than or equal to 0.5"),
        ("human: {cost: $3, takes: 0s..5m}", "greater than 0"),
        ("split: {parts: {a: {share: 10%..20%, of: m}, b: {share: 80%, of: n}}}", "is not a share; write 20%"),
    ],
)
def test_what_no_draw_could_hold_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        tree(text)


def _numbers(node: Any) -> tuple[Any, ...]:
    assert isinstance(node, Semantic)
    cascade = node.of
    assert isinstance(cascade, Cascade)
    human = cascade.of[1]
    assert isinstance(cascade.accept, Assumed)
    assert isinstance(human, Human)
    return node.hits, node.embedding, cascade.accept.assumed["hard"], human.cost
