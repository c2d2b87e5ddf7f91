"""Single values with their weights: turns of a log's sessions, lengths of a template's variants."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats


class Histogram(Distribution):
    """Each of `values` as often as its weight says; weights may have any sum."""

    kind: Literal["histogram"]
    values: list[Quantity] = Field(min_length=1)
    weights: list[float] = Field(min_length=1)

    @model_validator(mode="after")
    def _paired(self) -> "Histogram":
        if len(self.values) != len(self.weights):
            raise ValueError(f"{len(self.values)} values need as many weights, got {len(self.weights)}")
        if self.values != sorted(self.values) or self.values[0] < 0:
            raise ValueError("values must ascend, from 0 or more")
        if min(self.weights) < 0 or not any(self.weights):
            raise ValueError("weights must be 0 or more, and not all 0")
        return self

    def quantile(self, u: Floats) -> Floats:
        shares = np.cumsum(self.weights) / np.sum(self.weights)
        return np.array(self.values)[np.searchsorted(shares[:-1], u, side="right")]
