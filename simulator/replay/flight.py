"""How many requests are in flight, by looking: the left side of Little's law, from no time that a row holds."""

import random
from collections.abc import Iterator

_NS = 1_000_000_000
EVERY_S = 0.05
"""One look in each slot of so many seconds, at a random time in it: a grid would meet arrivals that have one too."""


class Flight:
    """`open` counts requests that were begun and are not settled; `look` takes it down."""

    def __init__(self, start_ns: int, until_ns: int, *, seed: int) -> None:
        self.open = 0
        self._start = start_ns
        self._slots = int((until_ns - start_ns) / (EVERY_S * _NS))
        self._draws = random.Random(seed)
        self._seen = 0

    def times(self) -> Iterator[int]:
        """When to look, monotonic ns."""
        for slot in range(self._slots):
            yield self._start + int((slot + self._draws.random()) * EVERY_S * _NS)

    def look(self) -> None:
        self._seen += self.open

    def mean(self) -> float | None:
        """Over the span; None for one that is shorter than a slot."""
        return self._seen / self._slots if self._slots else None
