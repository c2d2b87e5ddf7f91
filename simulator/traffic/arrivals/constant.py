"""A metronome: one session every 1/rate seconds."""

from typing import Literal

import numpy as np

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.keys import Floats
from simulator.units import Rate


class ConstantRate(Arrivals):
    """The flattest load there is. No real traffic looks like it; good for calibration."""

    kind: Literal["constant"]
    rate: Rate

    @property
    def mean_rate(self) -> float:
        return self.rate

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        offset = random.random() / self.rate
        times = offset + np.arange(int(np.ceil(span_s * self.rate))) / self.rate
        return times[times < span_s]
