"""A few large clients and many small ones: in production, one client can be half of the load (ServeGen, 2025)."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.gamma import starts
from simulator.traffic.keys import Floats
from simulator.units import Rate
from simulator.yamlfile import FileModel


class Client(FileModel):
    """One of them, with gamma gaps of its own."""

    rate: Rate
    cv: float = Field(default=1.0, gt=0, le=20)


class Clients(Arrivals):
    """The starts of all clients together. A large bursty client shows through; many small ones blend into Poisson."""

    kind: Literal["clients"]
    clients: list[Client] = Field(min_length=1)

    @property
    def mean_rate(self) -> float:
        return sum(client.rate for client in self.clients)

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        return np.sort(np.concatenate([starts(span_s, rate=c.rate, cv=c.cv, random=random) for c in self.clients]))
