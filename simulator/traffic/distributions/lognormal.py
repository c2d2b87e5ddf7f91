"""The usual shape of message lengths and think times: many short, few long."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats
from simulator.traffic.normal import quantile


class Lognormal(Distribution):
    """exp(N(ln median, sigma²)), held between `min` and `max`: what is longer becomes `max`, as an app's limit does."""

    kind: Literal["lognormal"]
    median: Quantity = Field(gt=0, allow_inf_nan=False)
    sigma: float = Field(ge=0, le=10)
    """Of the logarithm: 0.5 spreads the middle two thirds over ×/÷ 1.65, 1 over ×/÷ 2.7."""
    min: Quantity = Field(default=0, ge=0)
    max: Quantity | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Lognormal":
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max {self.max:g} is less than min {self.min:g}")
        return self

    def quantile(self, u: Floats) -> Floats:
        return np.clip(self.median * np.exp(self.sigma * quantile(u)), self.min, self.max)
