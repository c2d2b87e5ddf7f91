from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from simulator.calls import Outcome
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Ask, Reply, Turn
from tests.strategies.scripted import REQUEST, tree

ANSWER = Answer(seconds=1.0, columns={"input_tokens": 500, "output_tokens": 100})


def test_what_is_spent_degrades_until_the_next_window() -> None:
    node, memory = tree("budget: {of: big, otherwise: small, tokens: 1k, per: 1m}"), dict[str, Any]()

    def model(at: float) -> str:
        turn = Turn(replace(REQUEST, request_id=f"r{at}"), 1, at=at, memory=memory)
        return drive(node, turn, lambda ask, turn: ANSWER).reply.ask.model

    # 600 tokens, then 1,200: spent. What `otherwise` uses does not count. A new window begins at 60 s.
    assert [model(at) for at in (0.0, 2.0, 4.0, 30.0, 58.0)] == ["big", "big", "small", "small", "small"]
    assert [model(at) for at in (60.0, 62.0, 64.0)] == ["big", "big", "small"]


def test_an_attempt_counts_where_it_ends() -> None:
    node, memory = tree("budget: {of: big, otherwise: small, tokens: 600, per: 1m}"), dict[str, Any]()
    for at in (59.5, 60.0):
        drive(node, Turn(REQUEST, 1, at=at, memory=memory), lambda ask, turn: ANSWER)
    (spent,) = memory.values()
    assert (spent.window, spent.tokens) == (1, 600)


def test_dollars_are_the_driver_s() -> None:
    """Scripted as a driver would: each answer of `big` cost $0.40, so two of them reach $0.70."""
    node, memory = tree("budget: {of: big, otherwise: small, usd: $0.70, per: 1h}"), dict[str, Any]()

    def model(at: float) -> str:
        serving = node.serve(Turn(replace(REQUEST, request_id=f"r{at}"), 1, at=at, memory=memory))
        ask = next(serving)
        assert isinstance(ask, Ask)
        with pytest.raises(StopIteration):
            serving.send(Reply(ask, "c", Outcome.OK, ended_at=at, usd=Decimal("0.40")))
        return ask.model

    assert [model(at) for at in (0.0, 1.0, 2.0, 3600.0)] == ["big", "big", "small", "big"]
    assert node.counts_dollars()
    assert not tree("budget: {of: big, otherwise: small, tokens: 1k, per: 1m}").counts_dollars()
    assert tree("retry: {of: {budget: {of: big, otherwise: small, usd: 1, per: 1m}}}").counts_dollars()


@pytest.mark.parametrize("measure", ["", "tokens: 1k, usd: $5,"])
def test_a_budget_counts_one_thing(measure: str) -> None:
    with pytest.raises(ValidationError, match="a budget counts tokens or usd, one of both"):
        tree(f"budget: {{of: big, otherwise: small, {measure} per: 1m}}")
