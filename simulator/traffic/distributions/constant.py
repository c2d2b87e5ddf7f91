"""Always the same value."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats


class Constant(Distribution):
    """`500` alone in a scenario means this."""

    kind: Literal["constant"] = "constant"
    value: Quantity = Field(ge=0, allow_inf_nan=False)

    def quantile(self, u: Floats) -> Floats:
        return np.full_like(u, self.value)
