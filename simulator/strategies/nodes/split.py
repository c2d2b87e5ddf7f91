"""Send fixed shares of the traffic different ways: a canary, an A/B test, two providers."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator

from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Between, Settles, Share, settled_options
from simulator.traffic import keys
from simulator.traffic.request import Request
from simulator.yamlfile import FileModel


class Part(FileModel):
    """One way and its share of the traffic."""

    share: Share
    of: Child


class Split(Node, Settles):
    """Each request, session or user goes one way, always the same for the same seed.

    Where a share is a range, the parts with a plain share take what it leaves, in their own proportions: 5%..15% beside
    60% and 30% draws 5% as 63.3% and 31.7%, 15% as 56.7% and 28.3%.
    """

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
        ranges = [part.share for part in parts.values() if isinstance(part.share, Between)]
        if ranges and len(ranges) == len(parts):
            raise ValueError("give one part a plain share: it takes what the ranges of the others leave")
        if (most := sum(one.high for one in ranges)) > 1:
            raise ValueError(f"the ranges take up to {most * 100:.6g}% at their high ends")
        return parts

    def settled(self, value: Callable[[str, Between], Any], path: str) -> Self:
        copy = settled_options(self, value, path)
        drawn = {name for name, part in self.parts.items() if isinstance(part.share, Between)}
        if not drawn:
            return copy
        left = 1 - sum(copy.parts[name].share for name in drawn)
        plain = sum(part.share for name, part in self.parts.items() if name not in drawn)
        parts = {
            name: part
            if name in drawn
            else part.model_copy(update={"share": part.share * left / plain if plain else 0.0})
            for name, part in copy.parts.items()
        }
        return copy.model_copy(update={"parts": parts})

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
