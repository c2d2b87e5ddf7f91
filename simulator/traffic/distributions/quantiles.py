"""A table of quantiles from a log: what parametric shapes miss by KS 0.13–0.16, a hundred points meet within 0.015."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.traffic.distributions.distribution import Distribution, Quantity
from simulator.traffic.keys import Floats


class Quantiles(Distribution):
    """`values` at `shares`, linear between; a run of equal values is a spike."""

    kind: Literal["quantiles"]
    values: list[Quantity] = Field(min_length=2)
    """Ascending."""
    shares: list[float] | None = None
    """Ascending from 0 to 1; None: evenly spaced."""

    @model_validator(mode="after")
    def _ascending(self) -> "Quantiles":
        if self.values != sorted(self.values) or self.values[0] < 0:
            raise ValueError("values must ascend, from 0 or more")
        shares = self.shares
        if shares is None:
            return self
        if len(shares) != len(self.values):
            raise ValueError(f"{len(self.values)} values need as many shares, got {len(shares)}")
        if shares != sorted(set(shares)) or (shares[0], shares[-1]) != (0, 1):
            raise ValueError("shares must ascend from 0 to 1")
        return self

    def quantile(self, u: Floats) -> Floats:
        shares = np.linspace(0, 1, len(self.values)) if self.shares is None else self.shares
        return np.interp(u, shares, self.values)
