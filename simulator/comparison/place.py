"""Where one strategy lies between cost and quality, and what it must beat: single models, and a rule on the length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.comparison.hull import Point, zero_router
from simulator.comparison.routers import Routers
from simulator.figures import Figures

Worth = Literal["best single", "single", "above mixing", "below mixing"]
LENGTH = "prompt length"
"""The one-line rule: the longer the prompt, the sooner it goes to the strong model."""


class Place(Figures):
    """One strategy on the requests that every strategy answered and that have a label for each answer."""

    strategy: str
    cost: float
    """Mean dollars per request, all attempts."""
    quality: float
    """Mean, from 0 to 1."""
    cost_per_good: float | None
    """Dollars ÷ quality earned: beside `quality`, never instead of it, because the weakest model often wins it."""
    strong_share: float | None = None
    """Of its answers, those of the best single model; None where there is no pair of models to choose from."""
    recovered: float | None = None
    """PGR = (its quality − the weak model's) ÷ (the strong one's − the weak one's)."""
    mixing: float | None
    """Quality that mixing the single models reaches at this cost (Zero router); None below the cheapest."""
    rule: float | None = None
    """Quality that the best threshold on the prompt's length reaches at this cost, chosen with hindsight."""
    worth: Worth


@dataclass(frozen=True, slots=True)
class Placing:
    """What a strategy is held against: the single models, and a rule on the prompt's length between two of them."""

    singles: Sequence[Point]
    routers: Routers | None

    def of(self, point: Point, model: np.ndarray | None = None) -> Place:
        mixing = zero_router(self.singles, point.cost) if self.singles else None
        return Place(
            strategy=point.name,
            cost=point.cost,
            quality=point.quality,
            cost_per_good=point.cost / point.quality if point.quality else None,
            strong_share=self._strong_share(model),
            recovered=self._recovered(point),
            mixing=mixing,
            rule=self._by_rule(point),
            worth=self._worth(point, mixing),
        )

    def _strong_share(self, model: np.ndarray | None) -> float | None:
        return None if model is None or self.routers is None else float((model == self.routers.strong).mean())

    def _recovered(self, point: Point) -> float | None:
        if self.routers is None:
            return None
        return (point.quality - self.routers.weak_quality) / self.routers.gap

    def _by_rule(self, point: Point) -> float | None:
        line = next((one.line for one in self.routers.scores if one.score == LENGTH), None) if self.routers else None
        return zero_router([Point(LENGTH, *at) for at in line], point.cost) if line else None

    def _worth(self, point: Point, mixing: float | None) -> Worth:
        if point.name in {single.name for single in self.singles}:
            best = max(self.singles, key=lambda one: (one.quality, -one.cost))
            return "best single" if point.name == best.name else "single"
        return "above mixing" if mixing is None or point.quality > mixing else "below mixing"
