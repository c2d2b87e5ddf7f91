"""Answer what has been asked alike from a store: every request pays for an embedding, only a miss for an answer."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from simulator.calls import Outcome
from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Ask, Reply, Serving, Turn, Wait
from simulator.strategies.embedding import book_embeddings, embedding_of
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Duration, Share
from simulator.traffic import keys


class Semantic(Node):
    """Embed the new message with `with`, look it up, and serve `of` where nothing alike is stored.

    `hits` is assumed: a trace carries no text. So is that every hit answers the right question; no threshold keeps
    a negated question apart from its opposite, so have hits judged. A failed embedding is a miss.
    """

    kind: Literal["semantic"] = "semantic"
    of: Child
    embedder: Annotated[str, Field(alias="with")]
    hits: Share
    lookup: Annotated[Duration, Field(ge=0)] = 0.01
    embedding: Annotated[Duration, Field(ge=0)] = 0.1
    """How long the embedding takes where that was not recorded, as in a what-if; a run measures it."""

    def serve(self, turn: Turn) -> Serving:
        reply = yield embedding_of(turn, self, self.embedder, assumed_s=self.embedding)
        assert reply is not None  # an Ask is always answered with a Reply
        if not reply.ok:
            return (yield from self.of.serve(turn))
        yield Wait(self.lookup)
        if not self.hit(turn):
            return (yield from self.of.serve(turn))
        at = reply.ended_at + self.lookup
        # The stored answer came from no call: an empty id, so that no row of the ledger is marked as served.
        return Reply(Ask("", self.path, purpose="cache"), "", Outcome.OK, sent_at=at, ended_at=at)

    def hit(self, turn: Turn) -> bool:
        """Whether this request is one of the assumed hits."""
        return uniform(turn.seed, self.path, turn.request.request_id) < self.hits

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        batch = evaluation.batch
        looked = book_embeddings(evaluation, self, self.embedder, rows, assumed_s=self.embedding).later(self.lookup)
        hit = keys.uniform(batch.requests[rows.at], seed=batch.seed, path=self.path) < self.hits
        stored, found = looked.where(hit), int(hit.sum())
        hits = Answered(
            rows=stored,
            first_token=stored.now,
            finished=np.ones(found, dtype=bool),
            output_tokens=np.zeros(found, dtype=np.int64),
            node=evaluation.serving(self, found),
        )
        return in_order([hits, self.of.columns(looked.where(~hit), evaluation)])

    def asks(self) -> set[str]:
        return {self.embedder}

    def embedders(self) -> set[str]:
        return {self.embedder, *super().embedders()}
