"""A staged rollout: the rate goes through steps, held or climbed to."""

from typing import Literal

import numpy as np
from pydantic import Field

from simulator.traffic.arrivals.curve import Curve
from simulator.traffic.keys import Floats
from simulator.units import Duration, Rate
from simulator.yamlfile import FileModel


class Stage(FileModel):
    """`{to: 5/s, over: 2m}`: climb (or fall) evenly to a rate; `hold` keeps it for a while after."""

    to: Rate
    over: Duration = 0.0
    hold: Duration = 0.0


class Ramp(Curve):
    """From a rate through stages; the last rate stays to the end."""

    kind: Literal["ramp"]
    start: Rate
    stages: list[Stage] = Field(min_length=1)

    @property
    def mean_rate(self) -> float:
        """Over the stages, or the last rate where they take no time."""
        at, rate = self._points()
        return float(np.trapezoid(rate, at) / at[-1]) if at[-1] else float(rate[-1])

    def corners(self, span_s: float) -> tuple[Floats, Floats]:
        at, rate = self._points()
        return np.append(at, max(span_s, at[-1])), np.append(rate, rate[-1])

    def _points(self) -> tuple[Floats, Floats]:
        at, rate = [0.0], [self.start]
        for stage in self.stages:
            at += [at[-1] + stage.over, at[-1] + stage.over + stage.hold]
            rate += [stage.to, stage.to]
        return np.array(at), np.array(rate)
