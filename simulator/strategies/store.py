"""A store of earlier answers: what `cache` and `semantic` serve from once they have looked there."""

from typing import Annotated

import numpy as np
from pydantic import Field

from simulator.calls import Outcome
from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Ask, Reply, Serving, Turn, Wait
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Duration, Share
from simulator.traffic import keys


class Store(Node):
    """An assumed hit rate, not a lookup: traces carry no text; which requests repeat is for the log's owner to say."""

    of: Child
    hits: Share
    lookup: Annotated[Duration, Field(ge=0)] = 0.01

    def look_up(self, turn: Turn, at: float) -> Serving:
        """Serve a hit from the store, a miss from `of`; both take `lookup`, from `at` on."""
        yield Wait(self.lookup)
        if not self.hit(turn):
            return (yield from self.of.serve(turn))
        ended = at + self.lookup
        # No call was made for it: an empty id, so that no row of the ledger is marked as served.
        return Reply(Ask("", self.path, purpose="cache"), "", Outcome.OK, sent_at=ended, ended_at=ended)

    def hit(self, turn: Turn) -> bool:
        """Whether this request is one of the assumed hits."""
        return uniform(turn.seed, self.path, turn.request.request_id) < self.hits

    def look_up_columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        """`look_up` for many requests at once."""
        batch, looked = evaluation.batch, rows.later(self.lookup)
        hit = keys.uniform(batch.requests[rows.at], seed=batch.seed, path=self.path) < self.hits
        stored, count = looked.where(hit), int(hit.sum())
        hits = Answered(
            rows=stored,
            first_token=stored.now,
            finished=np.ones(count, dtype=bool),
            valid=np.ones(count, dtype=bool),
            output_tokens=np.zeros(count, dtype=np.int64),
            node=evaluation.serving(self, count),
        )
        return in_order([hits, self.of.columns(looked.where(~hit), evaluation)])
