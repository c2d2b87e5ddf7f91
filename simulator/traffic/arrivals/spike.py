"""A steady rate with one sudden crowd: a push message, a broadcast, an outage that ends."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.curve import Curve
from simulator.traffic.keys import Floats
from simulator.units import Duration, Rate


class Spike(Curve):
    """`rate`, and `factor` times as much from `at` for `lasting`."""

    kind: Literal["spike"]
    rate: Rate
    factor: float = Field(gt=1)
    at: Duration
    lasting: Duration = Field(gt=0)

    @property
    def mean_rate(self) -> float:
        """Outside the spike."""
        return self.rate

    def corners(self, span_s: float) -> tuple[Floats, Floats]:
        end, high = self.at + self.lasting, self.rate * self.factor
        at = [0.0, self.at, self.at, end, end, max(span_s, end)]
        return np.array(at), np.array([self.rate, self.rate, high, high, self.rate, self.rate])
