"""A rate that changes over time, with bursts inside: the base of ramp, spike and diurnal traffic."""

from abc import abstractmethod

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.gamma import WARMUP_GAPS, gaps
from simulator.traffic.keys import Floats


class Curve(Arrivals):
    """Gamma gaps of mean 1 on a clock that runs as fast as the rate: λ(t) decides how many, `cv` how they bunch.

    A subclass gives the rate as corner points, linear between them.
    """

    cv: float = Field(default=1.0, gt=0, le=20)
    """Of the gaps at a steady rate; 1 is Poisson."""

    @abstractmethod
    def corners(self, span_s: float) -> tuple[Floats, Floats]:
        """Times from 0 to at least `span_s`, ascending (a jump is the same time twice), and the rate at each."""

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        at, rate = self.corners(span_s)
        expected = np.concatenate([[0.0], np.cumsum(np.diff(at) * (rate[1:] + rate[:-1]) / 2)])
        warmup = WARMUP_GAPS * max(1.0, self.cv**2)
        steady = np.cumsum(gaps(expected[-1] + warmup, rate=1.0, cv=self.cv, random=random)) - warmup
        events = steady[(steady >= 0) & (steady < expected[-1])]
        times = _inverse(events, expected=expected, at=at, rate=rate)
        return times[times < span_s]


def _inverse(events: Floats, *, expected: Floats, at: Floats, rate: Floats) -> Floats:
    """When as many events were expected: the root of a·Δ²/2 + r·Δ = e within each segment, a its slope.

    In the form Δ = 2e / (r + √(r² + 2ae)), which stays exact where the slope is 0.
    """
    segment = np.clip(np.searchsorted(expected, events, side="right") - 1, 0, len(at) - 2)
    length = at[segment + 1] - at[segment]
    slope = (rate[segment + 1] - rate[segment]) / np.where(length > 0, length, 1.0)
    short = events - expected[segment]
    root = np.sqrt(np.maximum(0.0, rate[segment] ** 2 + 2 * slope * short))
    divisor = rate[segment] + root
    return np.asarray(at[segment] + np.where(divisor > 0, 2 * short / np.where(divisor > 0, divisor, 1.0), 0.0))
