"""Where a measured figure crosses its bound between two rungs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


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
