"""Which models a matrix records, on which sessions."""

import pytest

from simulator.errors import BadInput
from simulator.launch.matrix import Matrix
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.traffic.generate import generate
from simulator.traffic.trace import Trace
from tests.strategies.scripted import tree

ROUTED = "classify: {with: gpt-4o-mini, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}"


@pytest.fixture(scope="module")
def trace() -> Trace:
    return generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=30.0, seed=1)


def test_a_model_that_a_strategy_asks_everything_is_not_asked_again(trace: Trace) -> None:
    single, routed = tree("retry: {of: gpt-4o, times: 1}", "single"), tree(ROUTED, "routed")
    assert set(Matrix.of({"single": single, "routed": routed}, trace, requests=10, seed=1).strategies) == {
        "only-gpt-4o-mini"
    }
    assert set(Matrix.of({"routed": routed}, trace, requests=10, seed=1).strategies) == {
        "only-gpt-4o",
        "only-gpt-4o-mini",
    }


def test_an_embedder_answers_nothing_and_is_not_sampled(trace: Trace) -> None:
    stored = tree("semantic: {with: text-embedding-3-small, of: {cascade: [gpt-4o-mini, gpt-4o]}, hits: 20%}", "stored")
    assert set(Matrix.of({"stored": stored}, trace, requests=10, seed=1).strategies) == {
        "only-gpt-4o",
        "only-gpt-4o-mini",
    }


def test_a_strategy_of_the_same_name_is_refused(trace: Trace) -> None:
    with pytest.raises(BadInput, match="--matrix records its own 'only-gpt-4o'"):
        Matrix.of({"only-gpt-4o": tree(ROUTED, "only-gpt-4o")}, trace, requests=10, seed=1)
