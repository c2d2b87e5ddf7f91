"""How many requests are in flight, by looking: the left side of Little's law, from no time that a row holds."""

import math
import random
from collections.abc import Iterator

_NS = 1_000_000_000
_MOST_S = 0.05
"""One look in each slot of at most so many seconds, at a random time in it: a grid could meet arrivals on a grid."""


class Flight:
    """`open` counts requests that were begun and are not settled; `look` takes it down."""

    def __init__(self, start_ns: int, until_ns: int, *, seed: int) -> None:
        self.open = 0
        self._start = start_ns
        self._slots = math.ceil((until_ns - start_ns) / (_MOST_S * _NS))
        self.every_s = (until_ns - start_ns) / _NS / max(1, self._slots)
        """Between looks, on average."""
        self._draws = random.Random(seed)
        self._seen = 0

    def times(self) -> Iterator[int]:
        """When to look, monotonic ns."""
        for slot in range(self._slots):
            yield self._start + int((slot + self._draws.random()) * self.every_s * _NS)

    def look(self) -> None:
        self._seen += self.open

    @property
    def seen_s(self) -> float:
        """Request-seconds in flight, as far as it was looked."""
        return self._seen * self.every_s
