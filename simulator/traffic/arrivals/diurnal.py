"""Hours of the week: the rate follows a table of 24 or 168 hours."""

from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from simulator.traffic.arrivals.curve import Curve
from simulator.traffic.keys import Floats
from simulator.units import Duration, Rate


class Diurnal(Curve):
    """`rate` on average; `hours` are relative, one per hour, repeated; the window opens `start` into them."""

    kind: Literal["diurnal"]
    rate: Rate
    hours: list[float] = Field(min_length=24)
    """24 (a day) or 168 (a week from Monday 00:00) weights of any size, as `hour_of_week` of `tenfold trace info`."""
    start: Duration = 0.0

    @field_validator("hours")
    @classmethod
    def _a_day_or_a_week(cls, hours: list[float]) -> list[float]:
        if len(hours) not in (24, 168):
            raise ValueError(f"must be 24 or 168 hours, got {len(hours)}")
        if min(hours) < 0 or not any(hours):
            raise ValueError("must be 0 or more, and not all 0")
        return hours

    @property
    def mean_rate(self) -> float:
        return self.rate

    def corners(self, span_s: float) -> tuple[Floats, Floats]:
        """Steps at full hours."""
        relative = np.array(self.hours) / np.mean(self.hours) * self.rate
        first = int(self.start // 3600)
        hour = np.arange(first, int((self.start + span_s) // 3600) + 1)
        edges = np.clip(np.append(hour, hour[-1] + 1) * 3600 - self.start, 0, None)
        return np.repeat(edges, 2)[1:-1], np.repeat(relative[hour % len(relative)], 2)
