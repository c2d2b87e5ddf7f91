"""Virtual time: a heap of what happens when. Ties keep the order in which they were set, so a run is reproducible."""

import heapq
from collections.abc import Callable
from typing import Any


class Clock:
    """Seconds since the rung's start."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = 0
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []

    def at(self, when: float, call: Callable[..., None], *args: Any) -> None:
        """Let `call(*args)` happen at `when`, or now if that has passed."""
        self._order += 1
        heapq.heappush(self._heap, (max(when, self.now), self._order, call, args))

    def run(self) -> None:
        """Until nothing is left to happen."""
        heap, pop = self._heap, heapq.heappop
        while heap:
            self.now, _, call, args = pop(heap)
            call(*args)
