"""Send fixed shares of the traffic different ways: a canary, an A/B test, two providers."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.traffic import keys
from simulator.traffic.request import Request
from simulator.units import Share
from simulator.yamlfile import FileModel


class Part(FileModel):
    """One way and its share of the traffic."""

    share: Share
    of: Child


class Split(Node):
    """Each request, session or user goes one way, always the same for the same seed."""

    kind: Literal["split"] = "split"
    parts: Annotated[dict[str, Part], Field(min_length=2)]
    by: Literal["request", "session", "user"] = "session"
    """What stays together. By user, a request without a user stays with its session."""

    @field_validator("parts")
    @classmethod
    def _whole(cls, parts: dict[str, Part]) -> dict[str, Part]:
        total = sum(part.share for part in parts.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares must sum to 100%, got {total * 100:.6g}%")
        return parts

    def serve(self, turn: Turn) -> Serving:
        return self.choose(uniform(turn.seed, self.path, self._key(turn.request))).serve(turn)

    def choose(self, draw: float) -> Node:
        """The part whose stretch of [0, 1) holds `draw`."""
        for part in self.parts.values():
            if draw < part.share:
                return part.of
            draw -= part.share
        return next(part.of for part in reversed(self.parts.values()) if part.share)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        batch = evaluation.batch
        together = {"request": batch.requests, "session": batch.sessions, "user": batch.users}[self.by][rows.at]
        draw, parts = keys.uniform(together, seed=batch.seed, path=self.path), []
        left = np.ones(len(draw), dtype=bool)
        for part in self.parts.values():
            here = left & (draw < part.share)
            parts.append(part.of.columns(rows.where(here), evaluation))
            left, draw = left & ~here, draw - part.share
        if left.any():  # a rounding error away from 1
            last = next(part.of for part in reversed(self.parts.values()) if part.share)
            parts.append(last.columns(rows.where(left), evaluation))
        return in_order(parts)

    def _key(self, request: Request) -> str:
        if self.by == "request":
            return request.request_id
        return request.user if self.by == "user" and request.user else request.session_id
