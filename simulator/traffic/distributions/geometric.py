"""Turns of a session where every turn is the last one with the same chance."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats


class Geometric(Distribution):
    """1, 2, 3, … with P(n) = p·(1−p)^(n−1), p = 1/mean; values beyond `max` are cut to it, which lowers the mean."""

    kind: Literal["geometric"]
    mean: Quantity = Field(ge=1, allow_inf_nan=False)
    max: Quantity | None = Field(default=None, ge=1)

    def quantile(self, u: Floats) -> Floats:
        if self.mean == 1:
            return np.ones_like(u)
        steps = np.floor(np.log1p(-u) / np.log1p(-1 / self.mean)) + 1
        return np.asarray(np.clip(steps, 1, self.max))
