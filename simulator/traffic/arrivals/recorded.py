"""Counts of a real log per window, replayed with the log's short-term bunching: what `tenfold trace fit` writes."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.keys import Floats
from simulator.units import Duration

Counts = npt.NDArray[np.int64]


class Recorded(Arrivals):
    """So many starts in every window of `every` seconds, repeated from the beginning where the span is longer.

    Inside a window, starts are spread by gamma gaps of coefficient `cv`: 1 is uniform, more bunches them. Windows keep
    what a burstiness knob cannot: minutes, silences and peaks.
    """

    kind: Literal["recorded"]
    every: Duration = Field(gt=0)
    counts: list[int] = Field(min_length=1)
    cv: float = Field(default=1.0, gt=0, le=30)

    @property
    def mean_rate(self) -> float:
        return sum(self.counts) / (len(self.counts) * self.every)

    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        windows = int(np.ceil(span_s / self.every))
        counts = np.resize(np.array(self.counts), windows)
        times = (np.repeat(np.arange(windows), counts) + self._places(counts, random)) * self.every
        return np.sort(times[times < span_s])

    def _places(self, counts: Counts, random: np.random.Generator) -> Floats:
        """Within each window, in [0, 1): gamma gaps between its starts and its two ends, made to fill it, then turned.

        Turning by a random share keeps bunches but lets them stand anywhere in the window.
        """
        gaps = random.standard_gamma(1 / self.cv**2, size=int(counts.sum())) + 1e-12
        ends = np.cumsum(counts)
        window = np.repeat(np.arange(len(counts)), counts)
        run = np.cumsum(gaps)
        before = np.concatenate([[0.0], run])[ends - counts]
        total = np.concatenate([[0.0], run])[ends] - before
        turned = (run - before[window]) / total[window] + random.random(len(counts))[window]
        return np.asarray(np.minimum(turned % 1.0, np.nextafter(1.0, 0.0)))
