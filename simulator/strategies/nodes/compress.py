"""Send a summary in place of a long history: fewer input tokens, but the provider's prompt cache goes cold."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.strategies.effects import Ask, Serving, Turn
from simulator.strategies.node import Child, Node, with_asks
from simulator.strategies.ranges import Count


class Compress(Node):
    """Where a prompt is longer than `over`, calls below get a summary of `to` tokens and the new message only.

    With `with`, that model writes the summary first, from the whole prompt, and is paid for it; without, the
    application has kept one. Where it fails, the whole prompt is sent.
    """

    kind: Literal["compress"] = "compress"
    rewrites: ClassVar[bool] = True
    of: Child
    over: Count
    to: Annotated[Count, Field(gt=0)]
    writer: Annotated[str | None, Field(alias="with")] = None

    def serve(self, turn: Turn) -> Serving:
        if turn.request.input_tokens <= self.over:
            return (yield from self.of.serve(turn))
        if self.writer is not None:
            summary = yield self._question(self.writer, turn)
            assert summary is not None  # an Ask is always answered with a Reply
            if not summary.ok:
                return (yield from self.of.serve(turn))

        return (yield from with_asks(self.of.serve(turn), self._shorten))

    def _question(self, writer: str, turn: Turn) -> Ask:
        return Ask(writer, self.path, purpose="compress", call=turn.next_call(), max_output_tokens=self.to)

    def _shorten(self, ask: Ask) -> Ask:
        if ask.sees == "last_turn":
            return ask
        return replace(ask, sees="last_turn", own_tokens=ask.own_tokens + self.to)

    def asks(self) -> set[str]:
        return {self.writer} if self.writer else set()
