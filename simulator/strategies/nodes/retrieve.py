"""Put retrieved passages before the prompt: a smaller model with the facts, instead of a larger one without."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Ask, Serving, Turn, Wait
from simulator.strategies.embedding import book_embeddings, embedding_of
from simulator.strategies.node import Child, Node, with_asks
from simulator.strategies.ranges import Count, Duration


class Retrieve(Node):
    """Search first, then every answering call below carries `chunks` × `chunk_tokens` more tokens of input.

    With `with`, that model embeds the new message first and is paid for it on every request; where it fails, `of` is
    served without passages. Without, the search is by words and costs no tokens. The store itself is outside this
    ledger.
    """

    kind: Literal["retrieve"] = "retrieve"
    rewrites: ClassVar[bool] = True
    of: Child
    chunks: Annotated[Count, Field(ge=1)] = 5
    chunk_tokens: Annotated[Count, Field(gt=0)] = 400
    search: Duration = 0.05
    embedder: Annotated[str | None, Field(alias="with")] = None
    embedding: Annotated[Duration, Field(ge=0)] = 0.1
    """How long the embedding takes where that was not recorded, as in a what-if; a run measures it."""

    @property
    def tokens(self) -> int:
        """That each answering call carries in addition."""
        return self.chunks * self.chunk_tokens

    def serve(self, turn: Turn) -> Serving:
        if self.embedder is not None:
            vector = yield embedding_of(turn, self, self.embedder, assumed_s=self.embedding)
            assert vector is not None  # an Ask is always answered with a Reply
            if not vector.ok:
                return (yield from self.of.serve(turn))
        yield Wait(self.search)
        return (yield from with_asks(self.of.serve(turn), self._inform))

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        if self.embedder is not None:
            rows = book_embeddings(evaluation, self, self.embedder, rows, assumed_s=self.embedding)
        searched = rows.later(self.search)
        return self.of.columns(replace(searched, added=rows.added + self.tokens), evaluation)

    def asks(self) -> set[str]:
        return {self.embedder} if self.embedder else set()

    def embedders(self) -> set[str]:
        return {*self.asks(), *super().embedders()}

    def _inform(self, ask: Ask) -> Ask:
        return replace(ask, own_tokens=ask.own_tokens + self.tokens) if ask.purpose == "answer" else ask
