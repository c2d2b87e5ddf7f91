"""Many independent users: exponential gaps."""

from typing import Literal

import numpy as np

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.keys import Floats
from simulator.units import Rate


class Poisson(Arrivals):
    """Independent starts at a constant rate: the count is Poisson, the times are uniform (cv 1, dispersion 1)."""

    kind: Literal["poisson"]
    rate: Rate

    @property
    def mean_rate(self) -> float:
        return self.rate

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        return np.sort(random.random(random.poisson(span_s * self.rate)) * span_s)
