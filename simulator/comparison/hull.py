"""What mixtures of single models reach: a router that lies below this line is worth nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.run.percentiles import Floats


@dataclass(frozen=True, slots=True)
class Point:
    """One model or strategy: mean dollars per request, mean quality."""

    name: str
    cost: float
    quality: float


def hull(points: Sequence[Point]) -> list[Point]:
    """Non-decreasing upper convex hull by cost (RouterBench's NDCH; monotone chain, Andrew 1979).

    Over single models it is the Zero router: the best that mixing them at random reaches, without learning anything.
    """
    best: list[Point] = []
    for point in sorted(points, key=lambda one: (one.cost, -one.quality)):
        if best and point.quality <= best[-1].quality:
            continue
        while len(best) > 1 and _below(best[-2], best[-1], point):
            best.pop()
        best.append(point)
    return best


def _below(left: Point, middle: Point, right: Point) -> bool:
    """Whether `middle` lies on or under the line from `left` to `right`."""
    rise = (right.quality - left.quality) * (middle.cost - left.cost)
    return (middle.quality - left.quality) * (right.cost - left.cost) <= rise


def zero_router(models: Sequence[Point], cost: float) -> float | None:
    """Quality of the best mixture of single models at this mean cost; None below the cheapest model."""
    line = hull(models)
    if cost < line[0].cost:
        return None
    return float(np.interp(cost, [one.cost for one in line], [one.quality for one in line]))


def average_quality(points: Sequence[Point]) -> float | None:
    """AIQ = ∫ NDCH dc/(c_max − c_min) over the costs of `points` (RouterBench, Hu et al. 2024, the paper's formula).

    Its published code divides by c_max instead. None where all cost the same.
    """
    low, high = min(one.cost for one in points), max(one.cost for one in points)
    if low == high:
        return None
    line = hull(points)
    costs, quality = [*(one.cost for one in line), high], [*(one.quality for one in line), line[-1].quality]
    return float(np.trapezoid(quality, costs) / (high - low))


def oracle(qualities: Floats, costs: Floats) -> Point:
    """The best that choosing per request could do: the cheapest of the models with the best quality.

    Arrays of shape (models, requests). Where no model is right the cheapest is still paid for (RouterBench charges $0).
    """
    best = qualities == qualities.max(axis=0)
    chosen = np.argmin(np.where(best, costs, np.inf), axis=0)[None]
    cost, quality = (float(np.take_along_axis(one, chosen, axis=0).mean()) for one in (costs, qualities))
    return Point("oracle", cost, quality)
