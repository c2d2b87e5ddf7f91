"""A tail without a typical size: pasted documents, tool results, runaway answers."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats


class Pareto(Distribution):
    """P(X > x) = (min/x)^alpha from `min` on, cut to `max`. At alpha 1 or less the mean has no bound but `max`."""

    kind: Literal["pareto"]
    min: Quantity = Field(gt=0, allow_inf_nan=False)
    alpha: float = Field(gt=0, le=20)
    max: Quantity = Field(gt=0, allow_inf_nan=False)

    def quantile(self, u: Floats) -> Floats:
        return np.minimum(self.min * (1 - u) ** (-1 / self.alpha), max(self.min, self.max))
