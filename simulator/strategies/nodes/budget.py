"""Degrade before the bill runs away: once a window's tokens or dollars are spent, requests take a cheaper way."""

from collections.abc import Generator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.strategies.effects import Effect, Reply, Serving, Turn
from simulator.strategies.node import Child, Node, through
from simulator.strategies.ranges import Count, Duration, Usd


@dataclass(slots=True)
class Spent:
    """What was used since a window began, seconds from the rung's start."""

    window: int = -1
    tokens: int = 0
    usd: Decimal = Decimal(0)


class Budget(Node):
    """Serve `of` until its calls have used `tokens` or `usd` in the current window, then `otherwise` until the next.

    Tokens of prompt and answer count as the provider reports them, an attempt without a report not at all. Dollars are
    tokens at the price book's standard rates of a short prompt, rather too much than too little; a person's case is not
    in them. What is in flight when the budget is reached comes on top, and so do the losers of a race. Each process of
    a live run has a budget of its own.
    """

    kind: Literal["budget"] = "budget"
    of: Child
    otherwise: Child
    tokens: Annotated[Count | None, Field(gt=0)] = None
    usd: Annotated[Usd | None, Field(gt=0)] = None
    per: Annotated[Duration, Field(gt=0)]

    @model_validator(mode="after")
    def _has_one_measure(self) -> "Budget":
        if (self.tokens is None) == (self.usd is None):
            raise ValueError("a budget counts tokens or usd, one of both: tokens: 2M, or usd: $50")
        return self

    @property
    def remembers(self) -> bool:
        return True

    def counts_dollars(self) -> bool:
        return self.usd is not None or super().counts_dollars()

    def serve(self, turn: Turn) -> Serving:
        spent: Spent = turn.memory.setdefault(self.path, Spent())
        self.begin(spent, turn.at)
        if self.is_spent(spent):
            return (yield from self.otherwise.serve(turn))

        def counted(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
            reply = yield effect
            if reply is not None:
                self.begin(spent, reply.ended_at)
                spent.tokens += (reply.input_tokens or 0) + (reply.output_tokens or 0)
                spent.usd += reply.usd or 0
            return reply

        return (yield from through(self.of.serve(turn), counted))

    def is_spent(self, spent: Spent) -> bool:
        """Whether nothing is left of the window."""
        return spent.usd >= self.usd if self.usd is not None else spent.tokens >= (self.tokens or 0)

    def begin(self, spent: Spent, at: float) -> None:
        """Start a new window where `at` lies in one; an attempt that ends late never reopens an old one."""
        window = int(at // self.per)
        if window > spent.window:
            spent.window, spent.tokens, spent.usd = window, 0, Decimal(0)
