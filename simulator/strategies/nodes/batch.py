"""Work that can wait: the batch tier's price, and an answer by the deadline instead of at once."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import BATCH, Ask, Serving, Turn
from simulator.strategies.node import Child, Node, with_asks
from simulator.strategies.ranges import Duration


class Batch(Node):
    """Every call below goes to the provider's batch tier, at the price that the price book has for it.

    Which requests wait is for a `route` or a `split` around it to say. Nothing is known of when an answer comes but
    the deadline, so each call takes that long: a bound, never a fast answer, and without a first token. A batch API
    takes files and keeps its own quotas; a load test of a chat API cannot send one.
    """

    kind: Literal["batch"] = "batch"
    short: ClassVar[str | None] = "of"
    live: ClassVar[bool] = False
    of: Child
    deadline: Annotated[Duration, Field(gt=0)] = 86400.0
    """By when the provider answers: 24 h at OpenAI, Anthropic and Google."""

    def serve(self, turn: Turn) -> Serving:
        return with_asks(self.of.serve(turn), self._later)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        return self.of.columns(replace(rows, deadline=self.deadline), evaluation)

    def _later(self, ask: Ask) -> Ask:
        return ask if ask.takes_s is not None else replace(ask, tier=BATCH, takes_s=self.deadline)

    def tiers(self) -> set[tuple[str, str]]:
        return {(model, BATCH) for model in self.of.models()}
