"""A router's score decides who answers: at or above the threshold the strong way, below it the weak one."""

import math
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from simulator.draws import normal
from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Serving, Turn, Wait
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Duration, Share
from simulator.traffic import keys
from simulator.traffic.request import Request

_STANDARD = NormalDist()


class Score(Node):
    """A predictive router (RouteLLM's `score ≥ threshold → strong`) of declared quality: an assumption, not a model.

    `auc` is the chance that a hard request scores above an easy one: 50 % knows nothing. Scores are binormal with equal
    variance, d = √2·Φ⁻¹(auc) apart and centred: x ~ N(±d/2, 1), score = Φ(x) (Green and Swets 1966). A request without
    a difficulty scores at random. Takes `takes` on every request; no model is called for it.
    """

    kind: Literal["score"] = "score"
    weak: Child
    strong: Child
    threshold: Share
    auc: Annotated[Share, Field(ge=0.5, lt=1)]
    takes: Duration = 0.005

    def serve(self, turn: Turn) -> Serving:
        yield Wait(self.takes)
        return (yield from (self.strong if self.is_strong(turn) else self.weak).serve(turn))

    def is_strong(self, turn: Turn) -> bool:
        """Whether this request's score reaches the threshold."""
        draw = normal(turn.seed, self.path, turn.request.request_id)
        return draw + self._lean(turn.request) >= self._bar()

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        batch, scored = evaluation.batch, rows.later(self.takes)
        difficulty, half = batch.difficulty(rows), self._apart() / 2
        lean = np.where(difficulty == "hard", half, np.where(difficulty == "easy", -half, 0.0))
        strong = keys.normal(batch.requests[rows.at], seed=batch.seed, path=self.path) + lean >= self._bar()
        parts = (self.strong, strong), (self.weak, ~strong)
        return in_order([node.columns(scored.where(here), evaluation) for node, here in parts])

    def _apart(self) -> float:
        return math.sqrt(2) * _STANDARD.inv_cdf(self.auc)

    def _lean(self, request: Request) -> float:
        return {"hard": 0.5, "easy": -0.5}.get(request.difficulty or "", 0.0) * self._apart()

    def _bar(self) -> float:
        """Φ⁻¹ of the threshold: every score lies above 0 and below 1."""
        if 0 < self.threshold < 1:
            return _STANDARD.inv_cdf(self.threshold)
        return -math.inf if self.threshold <= 0 else math.inf
