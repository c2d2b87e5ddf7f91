"""Answer what has been asked alike from a store: every request pays for an embedding, only a miss for an answer."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Serving, Turn
from simulator.strategies.embedding import book_embeddings, embedding_of
from simulator.strategies.ranges import Duration
from simulator.strategies.store import Store


class Semantic(Store):
    """Embed the new message with `with`, look it up, and serve `of` where nothing alike is stored.

    `hits` is assumed: a trace carries no text. So is that every hit answers the right question; no threshold keeps
    a negated question apart from its opposite, so have hits judged. A failed embedding is a miss.
    """

    kind: Literal["semantic"] = "semantic"
    embedder: Annotated[str, Field(alias="with")]
    embedding: Annotated[Duration, Field(ge=0)] = 0.1
    """How long the embedding takes where that was not recorded, as in a what-if; a run measures it."""

    def serve(self, turn: Turn) -> Serving:
        reply = yield embedding_of(turn, self, self.embedder, assumed_s=self.embedding)
        assert reply is not None  # an Ask is always answered with a Reply
        return (yield from self.look_up(turn, reply.ended_at) if reply.ok else self.of.serve(turn))

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        embedded = book_embeddings(evaluation, self, self.embedder, rows, assumed_s=self.embedding)
        return self.look_up_columns(embedded, evaluation)

    def asks(self) -> set[str]:
        return {self.embedder}

    def embedders(self) -> set[str]:
        return {self.embedder, *super().embedders()}
