"""Strategies over written-down answers: what a test arranges."""

from dataclasses import replace
from typing import Any

import yaml
from yamlcore import CoreLoader

from simulator.calls import Outcome
from simulator.strategies.drive import Answer, Served, drive
from simulator.strategies.effects import Ask, Turn
from simulator.strategies.node import Node, parse
from simulator.strategies.tree import bind
from simulator.traffic.request import Request

REQUEST = Request("r1", "s1", turn=1, journey="question", at=0.0, think_s=0.0, input_tokens=500, output_tokens=100)


def tree(text: str, name: str = "a") -> Node:
    """One strategy from its YAML, bound to a name."""
    return bind(name, parse(yaml.load(text, CoreLoader)))


def refused(status: int = 429, *, retry_after: float | None = None) -> Answer:
    word = {429: Outcome.RATE_LIMITED, 529: Outcome.OVERLOADED, 503: Outcome.UNAVAILABLE, 400: Outcome.CLIENT_ERROR}
    columns = {"status": status, "retry_after_s": retry_after}
    return Answer(word.get(status, Outcome.SERVER_ERROR), seconds=0.1, columns=columns)


def serve(node: Node, *answers: str | Answer, request: Request = REQUEST, seed: int = 1, **known: Any) -> Served:
    """Serve one request; the nth attempt gets the nth answer (text: an answer of one second)."""
    script = iter(answers)

    def answer(ask: Ask, turn: Turn) -> Answer:
        given = next(script)
        return given if isinstance(given, Answer) else Answer(text=given)

    served = drive(node, Turn(replace(request, **known), seed, at=0.0), answer)
    assert not list(script), "the strategy did not ask for every answer"
    return served


def sent(served: Served) -> list[tuple[str, str, int, int]]:
    """What was asked, in order: model, purpose, index of the call, attempt."""
    asks = [attempt.reply.ask for attempt in served.attempts]
    return [(ask.model, ask.purpose, ask.call, ask.attempt) for ask in asks]
