"""Ask a second model when the first is slow; the first answer wins. Buys the tail's latency, pays for the loser."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from simulator.strategies.effects import Ask, Race, Reply, Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.nodes.call import Call
from simulator.strategies.ranges import Duration


class Hedge(Node):
    """Start the calls of `of` one after another, `after` apart, until one has answered; the rest are cancelled."""

    kind: Literal["race"] = "race"
    short: ClassVar[str | None] = "of"
    races: ClassVar[bool] = True
    of: Annotated[list[Child], Field(min_length=2)]
    after: Duration = 0.0
    """0 sends them all at once."""

    @field_validator("of")
    @classmethod
    def _are_calls(cls, of: list[Node]) -> list[Node]:
        if other := next((node.kind for node in of if not isinstance(node, Call)), None):
            raise ValueError(f"only models and call nodes can race, not {other}; put the {other} around the race")
        return of

    def serve(self, turn: Turn) -> Serving:
        asks: list[Ask] = []
        for index, node in enumerate(self.of):
            assert isinstance(node, Call)  # held by `_are_calls`
            draw = sum(ask.model == node.model for ask in asks)
            asks.append(replace(node.ask(turn), draw=draw, behind_s=index * self.after))
        reply: Reply | None = yield Race(tuple(asks), self.after)
        assert reply is not None  # a Race is always answered with a Reply
        return reply
