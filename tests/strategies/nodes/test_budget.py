from dataclasses import replace
from typing import Any

from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Turn
from tests.strategies.scripted import REQUEST, tree

ANSWER = Answer(seconds=1.0, columns={"input_tokens": 500, "output_tokens": 100})


def test_what_is_spent_degrades_until_the_next_window() -> None:
    node, memory = tree("budget: {of: big, otherwise: small, tokens: 1k, per: 1m}"), dict[str, Any]()

    def model(at: float) -> str:
        turn = Turn(replace(REQUEST, request_id=f"r{at}"), 1, at=at, memory=memory)
        return drive(node, turn, lambda ask, request: ANSWER).reply.ask.model

    # 600 tokens, then 1,200: spent. What `otherwise` uses does not count. A new window begins at 60 s.
    assert [model(at) for at in (0.0, 2.0, 4.0, 30.0, 58.0)] == ["big", "big", "small", "small", "small"]
    assert [model(at) for at in (60.0, 62.0, 64.0)] == ["big", "big", "small"]


def test_an_attempt_counts_where_it_ends() -> None:
    node, memory = tree("budget: {of: big, otherwise: small, tokens: 600, per: 1m}"), dict[str, Any]()
    for at in (59.5, 60.0):
        drive(node, Turn(REQUEST, 1, at=at, memory=memory), lambda ask, request: ANSWER)
    (spent,) = memory.values()
    assert (spent.window, spent.tokens) == (1, 600)
