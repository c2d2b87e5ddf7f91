"""Heavy-tailed gaps: production clients are fitted by Weibull about as often as by gamma (ServeGen, 2025)."""

import math
from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals, renewal
from simulator.traffic.arrivals.gamma import WARMUP_GAPS, enough
from simulator.traffic.keys import Floats
from simulator.units import Rate


class Weibull(Arrivals):
    """Gaps ~ Weibull(shape, mean 1/rate): shape 1 is Poisson, less is bursty with long silences (0.5: cv 2.2)."""

    kind: Literal["weibull"]
    rate: Rate
    shape: float = Field(ge=0.25, le=10)

    @property
    def mean_rate(self) -> float:
        return self.rate

    @property
    def cv(self) -> float:
        """Of the gaps: √(Γ(1+2/k)/Γ(1+1/k)² − 1)."""
        first, second = math.gamma(1 + 1 / self.shape), math.gamma(1 + 2 / self.shape)
        return math.sqrt(second / first**2 - 1)

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        warmup_s = WARMUP_GAPS * max(1.0, self.cv**2) / self.rate
        scale = 1 / (self.rate * math.gamma(1 + 1 / self.shape))
        gaps = scale * random.weibull(self.shape, size=enough(span_s + warmup_s, rate=self.rate, cv=self.cv))
        return renewal(gaps, span_s, warmup_s=warmup_s)
