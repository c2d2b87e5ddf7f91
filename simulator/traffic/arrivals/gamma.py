"""Bursty or regular users: gamma gaps with a chosen coefficient of variation."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals, renewal
from simulator.traffic.keys import Floats
from simulator.units import Rate

WARMUP_GAPS = 50
"""Correlation times (cv² mean gaps each) run before the window opens, so that its opening is no special moment."""


class Gamma(Arrivals):
    """Gaps ~ Gamma(shape 1/cv², mean 1/rate): cv 1 is Poisson, more comes in bursts, less is more even."""

    kind: Literal["gamma"]
    rate: Rate
    cv: float = Field(gt=0, le=20)
    """Standard deviation of the gaps over their mean."""

    @property
    def mean_rate(self) -> float:
        return self.rate

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        return starts(span_s, rate=self.rate, cv=self.cv, random=random)


def starts(span_s: float, *, rate: float, cv: float, random: np.random.Generator) -> Floats:
    """Events in [0, span_s) of a process with gamma gaps."""
    warmup_s = WARMUP_GAPS * max(1.0, cv**2) / rate
    return renewal(gaps(span_s + warmup_s, rate=rate, cv=cv, random=random), span_s, warmup_s=warmup_s)


def gaps(length: float, *, rate: float, cv: float, random: np.random.Generator) -> Floats:
    """Gamma gaps that fill `length`."""
    return random.gamma(1 / cv**2, cv**2 / rate, size=enough(length, rate=rate, cv=cv))


def enough(length: float, *, rate: float, cv: float) -> int:
    """So many gaps that their sum reaches `length`, by eight standard deviations."""
    mean = length * rate
    return int(mean + 8 * cv * np.sqrt(mean) + 8 * cv**2 + 64)
