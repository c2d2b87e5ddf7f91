"""Where a measured figure crosses its bound between two rungs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.units import scale_text


@dataclass(frozen=True, slots=True)
class Point:
    """One rung's figure and whether it holds."""

    scale: float
    value: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """The bound holds at `low` (None: nowhere that was run) and is broken at `high`; `at` is the best guess between."""

    at: float
    low: float | None
    high: float
    before: float | None
    after: float
    ceiling: float | None = None
    """The capacity that `at` was worked out from; None: a straight line."""

    @property
    def guess(self) -> str:
        """How `at` was read off, to end a sentence with; empty where it is a rung itself."""
        if self.low is None or not self.low < self.at < self.high:
            return ""
        by = "on a straight line" if self.ceiling is None else f"by the ceiling of {scale_text(round(self.ceiling, 1))}"
        return f"; about {scale_text(float(f'{self.at:.2g}'))} {by}"

    def delayed(self, ceiling: float, target: float) -> "Crossing":
        """For a latency that grows towards a capacity C as 1/(1 − s/C), through the last figure that held."""
        if self.low is None or not self.before or not math.isfinite(self.before):
            return self
        idle = self.before * (1 - self.low / ceiling)
        return self._at(ceiling * (1 - idle / target), ceiling)

    def overflowing(self, ceiling: float, target: float) -> "Crossing":
        """For the share 1 − C/s that a capacity C cannot carry."""
        return self._at(ceiling / (1 - target), ceiling)

    def _at(self, scale: float, ceiling: float) -> "Crossing":
        return replace(self, at=min(max(scale, self.low or 0.0), self.high), ceiling=ceiling)


def crossing(points: Sequence[Point], target: float) -> Crossing | None:
    """The first rung that breaks the bound, and where between it and the one before; None where every rung holds.

    Linear between two finite figures. Towards +∞ nothing can be interpolated: the broken rung itself is the answer.
    """
    ladder = sorted(points, key=lambda point: point.scale)
    first = next((index for index, point in enumerate(ladder) if not point.holds), None)
    if first is None:
        return None
    broken = ladder[first]
    if not first:
        return Crossing(at=broken.scale, low=None, high=broken.scale, before=None, after=broken.value)
    last = ladder[first - 1]
    return Crossing(
        at=_between(last, broken, target), low=last.scale, high=broken.scale, before=last.value, after=broken.value
    )


def _between(last: Point, broken: Point, target: float) -> float:
    if not (math.isfinite(broken.value) and math.isfinite(last.value)) or broken.value == last.value:
        return broken.scale
    share = (target - last.value) / (broken.value - last.value)
    return last.scale + min(1.0, max(0.0, share)) * (broken.scale - last.scale)
