"""Put retrieved passages before the prompt: a smaller model with the facts, instead of a larger one without."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Ask, Serving, Turn, Wait
from simulator.strategies.node import Child, Node, with_asks
from simulator.units import Count, Duration


class Retrieve(Node):
    """Search first, then every answering call below carries `chunks` × `chunk_tokens` more tokens of input.

    The search takes `search` and is not billed: the query's embedding and the vector store are outside this ledger.
    """

    kind: Literal["retrieve"] = "retrieve"
    of: Child
    chunks: Annotated[int, Field(ge=1)] = 5
    chunk_tokens: Annotated[Count, Field(gt=0)] = 400
    search: Duration = 0.05

    @property
    def tokens(self) -> int:
        """That each answering call carries in addition."""
        return self.chunks * self.chunk_tokens

    def serve(self, turn: Turn) -> Serving:
        yield Wait(self.search)
        return (yield from with_asks(self.of.serve(turn), self._inform))

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        searched = rows.later(self.search)
        return self.of.columns(replace(searched, added=rows.added + self.tokens), evaluation)

    def _inform(self, ask: Ask) -> Ask:
        passages = self.tokens if ask.purpose == "answer" else 0
        return replace(ask, instructions_tokens=ask.instructions_tokens + passages)
