"""What every arrival process promises: when sessions begin."""

from abc import ABC, abstractmethod

import numpy as np

from simulator.traffic.keys import Floats
from simulator.yamlfile import FileModel


class Arrivals(FileModel, ABC):
    """A process of session starts. A subclass sets `kind: Literal["…"]` and its parameters."""

    @abstractmethod
    def times(self, span_s: float, random: np.random.Generator) -> Floats:
        """Starts in [0, span_s), ascending, seconds. The window opens anywhere in the process, not at an arrival."""

    @property
    @abstractmethod
    def mean_rate(self) -> float:
        """Session starts per second that the process is about, over its whole course."""


def renewal(gaps: Floats, span_s: float, *, warmup_s: float) -> Floats:
    """The events within [0, span_s) of a process that began at -warmup_s with these gaps."""
    times = np.cumsum(gaps) - warmup_s
    return times[(times >= 0) & (times < span_s)]
