"""Clients that work in bursts and then fall silent: batch jobs, editors, integrations. The hardest load for a limit."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.keys import Floats
from simulator.units import Duration, Rate


class OnOff(Arrivals):
    """`clients` independent ones: on for exponential times of mean `on`, off of mean `off`, Poisson while on.

    Together they come at `rate`. Fewer clients and longer times make it burstier over minutes; no gap process alone
    does that, however high its cv.
    """

    kind: Literal["onoff"]
    rate: Rate
    clients: int = Field(default=1, ge=1, le=10_000)
    on: Duration = Field(gt=0)
    off: Duration = Field(gt=0)

    @property
    def mean_rate(self) -> float:
        return self.rate

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        while_on = self.rate / self.clients * (self.on + self.off) / self.on
        return np.sort(np.concatenate([self._one(span_s, while_on, random) for _ in range(self.clients)]))

    def _one(self, span_s: float, while_on: float, random: np.random.Generator) -> Floats:
        """The starts of one client, which is on at 0 with the chance that it is on at any time.

        Exponential times have no memory, so what is under way at 0 lasts as long again as a new one.
        """
        mean = span_s / (self.on + self.off)
        cycles = int(mean + 8 * np.sqrt(mean) + 16)
        on, off = random.exponential(self.on, cycles), random.exponential(self.off, cycles)
        silent = random.random() >= self.on / (self.on + self.off)
        begins = (random.exponential(self.off) if silent else 0.0) + np.cumsum(on + off) - (on + off)
        events = random.poisson(on * while_on)
        times = np.repeat(begins, events) + random.random(int(events.sum())) * np.repeat(on, events)
        return times[times < span_s]
