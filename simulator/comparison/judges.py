"""Who says how good the answers were that users got: a validator's verdicts in the rows, or declared priors.

A team's own judgements are the third: `labels.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from simulator.figures import Provenance
from simulator.run.percentiles import Floats
from simulator.scenario.quality import Prior


class Judge(ABC):
    """One source of quality; figures of two are never mixed."""

    provenance: ClassVar[Provenance] = "measured"
    segment: Mapping[str, str]
    """By request: what it is reported with; its journey where it is not named."""
    score: Mapping[str, float]
    """By request: a router's own, where somebody brought it."""

    @property
    @abstractmethod
    def says(self) -> str:
        """What quality means here, in words that go on after "quality:"."""

    @abstractmethod
    def of(self, requests: Sequence[str], models: Sequence[str], valid: Floats) -> Floats:
        """Quality of served answers, from 0 to 1, NaN where nobody knows; `valid` is 1, 0 or NaN, from their rows."""


@dataclass(frozen=True, slots=True)
class Validated(Judge):
    """The scenario's validator looked at each answer as it arrived."""

    text: str
    """What passes."""
    segment: Mapping[str, str] = field(default_factory=dict)
    score: Mapping[str, float] = field(default_factory=dict)

    @property
    def says(self) -> str:
        return f"the share of answers that were {self.text}, by the scenario's validator"

    def of(self, requests: Sequence[str], models: Sequence[str], valid: Floats) -> Floats:
        del requests, models
        return valid


@dataclass(frozen=True, slots=True)
class Priors(Judge):
    """Nobody looked: the scenario declares how often a model's answers are good."""

    provenance: ClassVar[Provenance] = "assumed"
    priors: Mapping[str, Prior]
    segment: Mapping[str, str] = field(default_factory=dict)
    """The difficulty of each request that has one."""
    score: Mapping[str, float] = field(default_factory=dict)

    @property
    def says(self) -> str:
        return "as the scenario declares it for each model, assumed: nobody has looked at the answers"

    def of(self, requests: Sequence[str], models: Sequence[str], valid: Floats) -> Floats:
        del valid
        return np.array([self._expected(*one) for one in zip(requests, models, strict=True)], dtype=float)

    def _expected(self, request: str, model: str) -> float:
        prior = self.priors.get(model)
        if isinstance(prior, dict):
            prior = {str(name): share for name, share in prior.items()}.get(self.segment.get(request, ""))
        return np.nan if prior is None else float(prior)
