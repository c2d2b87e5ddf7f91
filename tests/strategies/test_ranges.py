"""A range stands wherever a number does: its middle serves, its draws differ, and both ends have to be allowed."""

import math
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
from simulator.strategies.nodes.split import Split
from simulator.strategies.tree import bind
from simulator.units import parse_count, parse_share, parse_usd
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
    assert ranges.found(tree("human: {cost: $3..$6, takes: 5m}"))["a.human.cost"].taken == Decimal("4.5")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("batch: {of: m, deadline: 1h..24h}", {"deadline"}),
        (
            "breaker: {of: m, otherwise: n, failures: 40%..60%, least: 3..9, window: 30s..2m, open: 1s..5s..10s}",
            {"failures", "least", "window", "open"},
        ),
        ("budget: {of: m, otherwise: n, tokens: 1M..2M, per: 1h..2h}", {"tokens", "per"}),
        ("budget: {of: m, otherwise: n, usd: $5..$9, per: 1h}", {"usd"}),
        ("call: {model: m, first_token_timeout: 1s..2s, timeout: 5s..9s}", {"first_token_timeout", "timeout"}),
        (
            "cascade: {of: [m, n], judge: {with: j, rubric_tokens: 100..140, answer_tokens: 2..4, timeout: 1s..2s}}",
            {"judge.rubric_tokens", "judge.answer_tokens", "judge.timeout"},
        ),
        (
            "classify: {with: c, rubric_tokens: 9..99, answer_tokens: 1..5, timeout: 1s..2s, routes: {a: m},"
            " otherwise: a}",
            {"rubric_tokens", "answer_tokens", "timeout"},
        ),
        ("compress: {of: m, over: 1k..2k, to: 100..200}", {"over", "to"}),
        ("fallback: {of: [m, n], timeout: 1s..9s, first_token_timeout: 1s..2s}", {"timeout", "first_token_timeout"}),
        ("limit: {of: m, otherwise: n, rate: 1/s..3/s, burst: 1..5, patience: 0s..2s}", {"rate", "burst", "patience"}),
        ("race: {of: [m, n], after: 1s..2s}", {"after"}),
        (
            "retrieve: {of: m, chunks: 2..8, chunk_tokens: 100..400, search: 10ms..90ms, embedding: 10ms..90ms}",
            {"chunks", "chunk_tokens", "search", "embedding"},
        ),
        (
            "retry: {of: m, times: 1..3, backoff: 1s..2s, max_backoff: 4s..8s, jitter: 0..0.5, patience: 1s..9s,"
            " budget: 5%..20%}",
            {"times", "backoff", "max_backoff", "jitter", "patience", "budget"},
        ),
        (
            "route: {branches: [{when: input_tokens > 500..2k and journey = a, use: m}], otherwise: n}",
            {"branches.0.when.input_tokens"},
        ),
        (
            "score: {weak: m, strong: n, threshold: 20%..60%, auc: 60%..80%, takes: 1ms..9ms}",
            {"threshold", "auc", "takes"},
        ),
        ("split: {parts: {a: {share: 5%..15%, of: m}, b: {share: 90%, of: n}}}", {"parts.a.share"}),
    ],
)
def test_every_number_of_every_node_may_be_a_range(text: str, paths: set[str]) -> None:
    """And comes back from a file as it went into one."""
    node = tree(text)
    assert ranges.found(node).keys() == {f"{node.path}.{path}" for path in paths}
    again = bind("a", parse(write(node)))
    assert {path: one.text for path, one in ranges.found(again).items()} == {
        path: one.text for path, one in ranges.found(node).items()
    }


def test_a_likely_value_is_what_a_run_takes_and_what_draws_crowd_around() -> None:
    """Triangular from 10 to 40, mode 16: mean (10 + 16 + 40) / 3 = 22, P20 the mode, median 40 − √(30·24/2)."""
    number = ranges.either(parse_share, "10%..16%..40%")
    assert isinstance(number, ranges.Between)
    assert (number, number.text) == (0.16, "10%..16%..40%")
    assert number.taken_text == "the likely value of 10%..16%..40%"
    draws = [number.at((n + 0.5) / 2000) for n in range(2000)]
    assert float(np.mean(draws)) == pytest.approx(0.22, abs=1e-4)
    assert [number.at(share) for share in (0.0, 0.2, 0.5, 1.0)] == pytest.approx(
        [0.1, 0.16, 0.4 - math.sqrt(0.3 * 0.24 / 2), 0.4]
    )


@pytest.mark.parametrize(
    ("text", "median"), [("10%..10%..40%", 0.4 - 0.3 / math.sqrt(2)), ("0.1..0.4..0.4", 0.1 + 0.3 / math.sqrt(2))]
)
def test_the_likely_value_may_be_an_end(text: str, median: float) -> None:
    number = ranges.either(parse_share, text)
    assert isinstance(number, ranges.Between)
    assert [number.at(share) for share in (0.0, 0.5, 1.0)] == pytest.approx([0.1, median, 0.4])


def test_counts_and_dollars_of_three_are_exact_where_a_run_takes_them() -> None:
    cost = ranges.either(parse_usd, "$3..$4.10..$9")
    assert isinstance(cost, ranges.Between)
    assert (str(cost), type(cost.taken)) == ("4.10", Decimal)
    chunks = ranges.either(parse_count, "2..3..9")
    assert isinstance(chunks, ranges.Between)
    assert {chunks.at(n / 100) for n in range(101)} == set(range(2, 10))


def test_where_a_share_of_a_split_is_drawn_the_plain_ones_take_what_it_leaves() -> None:
    text = "split: {parts: {new: {share: 5%..15%, of: a}, old: {share: 60%, of: b}, other: {share: 30%, of: c}}}"
    shares = [
        [part.share for part in node.parts.values()]
        for node in (ranges.at_share(tree(text), share) for share in (0.0, 0.5, 1.0))
        if isinstance(node, Split)
    ]
    assert shares == [
        pytest.approx([0.05, 0.95 * 2 / 3, 0.95 / 3]),
        pytest.approx([0.1, 0.6, 0.3]),
        pytest.approx([0.15, 0.85 * 2 / 3, 0.85 / 3]),
    ]
    around = tree(f"cache: {{hits: 10%..20%, of: {{{text}}}}}")  # its ends are tried with the split's
    assert len(ranges.found(around)) == 2


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
        ("cache: {hits: 10%..40%..30%, of: m}", "a range goes from its low end to its high end"),
        ("cache: {hits: 1%..2%..3%..4%, of: m}", "is not a share"),
        ("limit: {of: m, otherwise: n, rate: 2/s..1/s}", "a range goes from its low end to its high end"),
        ("breaker: {of: m, otherwise: n, least: 0..4}", "greater than or equal to 1"),
        ("route: {branches: [{when: input_tokens > 5..many, use: m}], otherwise: n}", "'many' is not a whole number"),
        ("split: {parts: {a: {share: 10%..20%, of: m}, b: {share: 80%, of: n}}}", "must sum to 100%, got 95%"),
        ("split: {parts: {a: {share: 0..1, of: m}, b: {share: 0..1, of: n}}}", "give one part a plain share"),
        (
            "split: {parts: {a: {share: 0..0.9, of: m}, b: {share: 0..0.9, of: n}, c: {share: 10%, of: o}}}",
            "the ranges take up to 180% at their high ends",
        ),
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
