"""Degrade before the bill runs away: once a window's tokens are spent, requests take a cheaper way."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from simulator.strategies.effects import Effect, Reply, Serving, Turn
from simulator.strategies.node import Child, Node, through
from simulator.units import Count, Duration


@dataclass(slots=True)
class Spent:
    """Tokens since a window began, seconds from the rung's start."""

    window: int = -1
    tokens: int = 0


class Budget(Node):
    """Serve `of` until its calls have used `tokens` in the current window, then `otherwise` until the next one begins.

    Tokens of prompt and answer count as the provider reports them, an attempt without a report not at all; dollars are
    a matter of the price book, which a strategy does not see. Each process of a live run has a budget of its own.
    """

    kind: Literal["budget"] = "budget"
    of: Child
    otherwise: Child
    tokens: Annotated[Count, Field(gt=0)]
    per: Annotated[Duration, Field(gt=0)]

    @property
    def remembers(self) -> bool:
        return True

    def serve(self, turn: Turn) -> Serving:
        spent: Spent = turn.memory.setdefault(self.path, Spent())
        self.begin(spent, turn.at)
        if spent.tokens >= self.tokens:
            return (yield from self.otherwise.serve(turn))

        def counted(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
            reply = yield effect
            if reply is not None:
                self.begin(spent, reply.ended_at)
                spent.tokens += (reply.input_tokens or 0) + (reply.output_tokens or 0)
            return reply

        return (yield from through(self.of.serve(turn), counted))

    def begin(self, spent: Spent, at: float) -> None:
        """Start a new window where `at` lies in one; an attempt that ends late never reopens an old one."""
        window = int(at // self.per)
        if window > spent.window:
            spent.window, spent.tokens = window, 0
