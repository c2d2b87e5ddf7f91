"""The course of a replica's clock V over time, which is piecewise linear: from it the time of every single token."""

from bisect import bisect_right

_FEW = 256


class Course:
    """Corners of V(t), kept as far back as an answer that is still being written needs them."""

    def __init__(self) -> None:
        self._at, self._clock = [0.0], [0.0]
        self._most = _FEW

    @property
    def long(self) -> bool:
        """Whether it is time to `forget`: seldom enough to cost nothing."""
        return len(self._at) > self._most

    def pass_by(self, at: float, clock: float) -> None:
        """V had this value at `at`, and ran evenly since the corner before."""
        if at > self._at[-1]:
            self._at.append(at)
            self._clock.append(clock)

    def forget(self, clock: float) -> None:
        """Nobody asks for what was before V had this value."""
        past = max(0, bisect_right(self._clock, clock) - 1)
        del self._at[:past], self._clock[:past]
        self._most = max(_FEW, 2 * len(self._at))

    def times(self, *, begun_at: float, begun_clock: float, stretch: float, tokens: int) -> list[float]:
        """When each token of an answer was written: the k-th (from 0) when V = V₀ + J·k, the first at `begun_at`."""
        at, clock = self._at, self._clock
        corner, last = bisect_right(clock, begun_clock), len(clock) - 1
        times = [begun_at]
        for index in range(1, tokens):
            wanted = begun_clock + stretch * index
            while corner < last and clock[corner] < wanted:
                corner += 1
            if corner > last:  # nothing has passed since it began
                times.append(begun_at)
                continue
            begin, end = at[corner - 1], at[corner]
            share = (wanted - clock[corner - 1]) / (clock[corner] - clock[corner - 1])
            times.append(min(end, begin + share * (end - begin)))  # the last token may be a rounding error later
        return times
