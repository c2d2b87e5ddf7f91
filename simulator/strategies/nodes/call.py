"""Ask one model. The leaf of every tree, and what a bare model name means."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import field_validator

from simulator.strategies.batch import Answered, Evaluation, Rows, Sent
from simulator.strategies.effects import BATCH, Ask, Reply, Serving, Turn
from simulator.strategies.node import Node
from simulator.strategies.ranges import Duration


class Call(Node):
    """One call of one model with the request as it is."""

    kind: Literal["call"] = "call"
    short: ClassVar[str | None] = "model"
    model: str
    provider: str | None = None
    """Which provider's deployment; None: the target's own."""
    tier: str | None = None
    """Service tier that the provider bills by, as in flex or priority."""
    first_token_timeout: Duration | None = None
    timeout: Duration | None = None
    """Of one attempt, from its send to its last token."""

    @field_validator("tier")
    @classmethod
    def _is_no_batch(cls, tier: str | None) -> str | None:
        if tier and BATCH in tier.split("+"):
            raise ValueError("a batch has an API of its own and may take a day; write `batch: MODEL` instead of a call")
        return tier

    def serve(self, turn: Turn) -> Serving:
        reply: Reply | None = yield self.ask(turn)
        assert reply is not None  # an Ask is always answered with a Reply
        return reply

    def ask(self, turn: Turn) -> Ask:
        """Begin the call."""
        return Ask(
            self.model,
            self.path,
            call=turn.next_call(),
            first_token_timeout_s=self.first_token_timeout,
            total_timeout_s=self.timeout,
            tier=self.tier,
            provider=self.provider,
        )

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        if any((self.timeout, self.first_token_timeout, self.tier, self.provider)):
            return super().columns(rows, evaluation)
        known, at = evaluation.batch.of(self.model), rows.at
        tokens = known.input_tokens[at] + rows.added
        evaluation.sent.append(Sent(self.path, self.model, "answer", at, tokens, known.output_tokens[at], rows.tier, 0))
        return Answered(
            rows=rows.later(rows.takes(known.seconds[at]), calls=1),
            first_token=rows.now + (known.first_token[at] if rows.deadline is None else np.nan),
            finished=known.finished[at],
            valid=known.valid[at],
            output_tokens=known.output_tokens[at],
            node=evaluation.serving(self, len(at)),
        )

    def tiers(self) -> set[tuple[str, str]]:
        return {(self.model, self.tier)} if self.tier else set()

    def providers(self) -> set[tuple[str, str]]:
        return {(self.model, self.provider)} if self.provider else set()

    def asks(self) -> set[str]:
        return {self.model}
