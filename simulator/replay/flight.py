"""How many requests are in flight, averaged over a span: the left side of Little's law."""


class Flight:
    """An integral: each request adds the part of the span during which it was open."""

    def __init__(self, start_ns: int, until_ns: int) -> None:
        self._start, self._until = start_ns, until_ns
        self._area = 0

    def change(self, by: int, at_ns: int) -> None:
        """One more (+1) or one fewer (−1) from `at_ns` on; each change adds its own rest of the span."""
        self._area += by * max(0, self._until - max(at_ns, self._start))

    def mean(self) -> float | None:
        """What is still open counts to the end of the span; None for a span of nothing."""
        return self._area / (self._until - self._start) if self._until > self._start else None
