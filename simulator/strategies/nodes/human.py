"""Hand a request to a person: a declared price per case and a declared time, and no tokens."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from simulator.calls import HUMAN
from simulator.strategies.batch import Answered, Evaluation, Rows, Sent
from simulator.strategies.effects import Ask, Reply, Serving, Turn
from simulator.strategies.node import Node
from simulator.strategies.ranges import Duration, Usd


class Human(Node):
    """One case for somebody: a leaf, as the last step of a `cascade`, a `fallback`, a route or a part of a split.

    Price and time are assumptions, and their rows say so; a queue for too few people is not modelled. A live run lets
    the time pass and sends nothing.
    """

    kind: Literal["human"] = "human"
    cost: Usd
    """Of one case: wage, desk and software."""
    takes: Annotated[Duration, Field(gt=0)]
    """From the request to the person's answer, waiting included."""
    who: Annotated[str, Field(min_length=1)] = "human"
    """Stands where other rows have a model: tells one team from another."""

    def serve(self, turn: Turn) -> Serving:
        reply: Reply | None = yield Ask(
            self.who,
            self.path,
            purpose=HUMAN,
            call=turn.next_call(),
            provider=HUMAN,
            tier=f"${self.cost:f}/case",
            takes_s=self.takes,
        )
        assert reply is not None  # an Ask is always answered with a Reply
        return reply

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        count = len(rows.at)
        none = np.zeros(count, dtype=np.int64)
        evaluation.sent.append(Sent(self.path, self.who, HUMAN, rows.at, none, none, usd_each=self.cost))
        return Answered(
            rows=rows.later(self.takes, calls=1),
            first_token=np.full(count, np.nan),
            finished=np.ones(count, dtype=bool),
            valid=np.ones(count, dtype=bool),
            output_tokens=none,
            node=evaluation.serving(self, count),
        )
