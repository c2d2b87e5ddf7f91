"""Ask the next one when the first cannot answer. The time lost before it counts, and so may the tokens."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Reply, Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Duration
from simulator.strategies.timeout import bounded
from simulator.strategies.when import When, has_text, matches


class Fallback(Node):
    """Serve `of` in order until one answers, or fails for a reason that is not in `when`."""

    kind: Literal["fallback"] = "fallback"
    short: ClassVar[str | None] = "of"
    of: Annotated[list[Child], Field(min_length=2)]
    when: When = ("refused", "timeout", "connection", "broken", "server_error", "malformed")
    timeout: Duration | None = None
    """Bounds every attempt below that has no bound of its own."""
    first_token_timeout: Duration | None = None
    after_text: bool = False
    """Also when part of the answer has already been streamed to the user (LiteLLM raises the error instead)."""

    def serve(self, turn: Turn) -> Serving:
        for target in self.of[:-1]:
            reply = yield from self._try(target, turn)
            if not self.moves_on(reply):
                return reply
        return (yield from self._try(self.of[-1], turn))

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        if self.timeout is not None or self.first_token_timeout is not None:
            return super().columns(rows, evaluation)
        return self.of[0].columns(rows, evaluation)  # a batch holds no failures

    def moves_on(self, reply: Reply) -> bool:
        """Whether the next target is asked after this reply."""
        return not reply.ok and (self.after_text or not has_text(reply)) and matches(self.when, reply)

    def _try(self, target: Node, turn: Turn) -> Serving:
        return bounded(target.serve(turn), total_s=self.timeout, first_token_s=self.first_token_timeout)
