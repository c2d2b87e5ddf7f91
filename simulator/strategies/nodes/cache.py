"""Answer a declared share of the requests from a store of earlier answers, without any call."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from simulator.calls import Outcome
from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Ask, Reply, Serving, Turn, Wait
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Duration, Share
from simulator.traffic import keys


class Cache(Node):
    """An assumed hit rate, not a lookup: traces carry no text, so which requests repeat is for the log's owner to say.

    A hit costs nothing and takes `lookup`; a miss takes `lookup` too and then serves `of`.
    """

    kind: Literal["cache"] = "cache"
    of: Child
    hits: Share
    lookup: Annotated[Duration, Field(ge=0)] = 0.01

    def serve(self, turn: Turn) -> Serving:
        yield Wait(self.lookup)
        if not self.hit(turn):
            return (yield from self.of.serve(turn))
        at = turn.at + self.lookup
        # No call was made: an empty id, so that no row of the ledger is marked as served.
        return Reply(Ask("", self.path, purpose="cache"), "", Outcome.OK, sent_at=at, ended_at=at)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        batch, looked = evaluation.batch, rows.later(self.lookup)
        hit = keys.uniform(batch.requests[rows.at], seed=batch.seed, path=self.path) < self.hits
        stored, count = looked.where(hit), int(hit.sum())
        hits = Answered(
            rows=stored,
            first_token=stored.now,
            finished=np.ones(count, dtype=bool),
            output_tokens=np.zeros(count, dtype=np.int64),
            node=evaluation.serving(self, count),
        )
        return in_order([hits, self.of.columns(looked.where(~hit), evaluation)])

    def hit(self, turn: Turn) -> bool:
        """Whether this request is one of the assumed hits."""
        return uniform(turn.seed, self.path, turn.request.request_id) < self.hits
