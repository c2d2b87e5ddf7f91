"""How well a score tells which requests need the strong model: every threshold of it, beside what chance gives."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.comparison.curve import Choice, Curve
from simulator.comparison.hull import Point, average_quality, hull
from simulator.comparison.resample import ratio_bounds
from simulator.figures import Figures
from simulator.run.percentiles import LEAST_SESSIONS, Floats, Ints

RECOVERED = (0.5, 0.8)
"""Shares of the gap that are read off each curve: CPT(50 %) and CPT(80 %), as in RouteLLM."""

CHANCE = "chance"


class Reach(Figures):
    """What it takes to recover a share of the gap between the two models."""

    recovered: float
    calls: float
    """CPT: the smallest share of requests on the strong model. Calls, not dollars."""
    cost: float
    """The same point in dollars, as a share of what the strong model alone costs."""


class Router(Figures):
    """One score with all its thresholds."""

    score: str
    reach: list[Reach]
    average_recovered: float
    """APGR = ∫₀¹ PGR d(share on the strong model); chance has 0.5, perfect choice may pass 1."""
    average_quality: float | None
    """AIQ: ∫ hull d(cost) ÷ span of costs, from the weak model alone to the strong one."""
    line: list[tuple[float, float]]
    """Cost and quality along the hull of its thresholds."""


class Routers(Figures):
    """Two single models and the scores that choose between them."""

    weak: str
    strong: str
    weak_quality: float
    gap: float
    """Quality of the strong one − that of the weak one."""
    scores: list[Router]


@dataclass(frozen=True, slots=True)
class Single:
    """A strategy that sends every request to one model; one entry per request."""

    name: str
    cost: Floats
    quality: Floats


def routers(
    singles: list[Single], scores: Mapping[str, Floats], sessions: Ints, *, seed: int = 0
) -> tuple[Routers | None, str | None]:
    """Each score between the cheapest single model and the best one; or None and why there is no gap to recover.

    `scores` and `sessions` have one entry per request, like the singles.
    """
    if len(singles) < 2:
        return None, "one single model has labels: `tenfold run … --matrix` asks the others, too"
    strong = max(singles, key=lambda one: (one.quality.mean(), -one.cost.mean()))
    weak = min((one for one in singles if one is not strong), key=lambda one: one.cost.mean())
    between = f"between {weak.name} and {strong.name}"
    if weak.cost.mean() >= strong.cost.mean():
        return None, f"{strong.name} is the best and the cheapest: there is nothing to route"
    if why := _within_noise(weak, strong, sessions, seed):
        return None, f"the difference {between} {why}: no share of it is printed"
    blind = {CHANCE: np.zeros(len(sessions))}  # all tied: one mixture from the weak model to the strong one
    found = [_router(name, _curve(score, weak, strong)) for name, score in (blind | dict(scores)).items()]
    low, high = float(weak.quality.mean()), float(strong.quality.mean())
    return Routers(weak=weak.name, strong=strong.name, weak_quality=low, gap=high - low, scores=found), None


def _within_noise(weak: Single, strong: Single, sessions: Ints, seed: int) -> str | None:
    gain = np.bincount(sessions, weights=strong.quality - weak.quality).astype(float)
    count = np.bincount(sessions).astype(float)
    if len(count) < LEAST_SESSIONS:
        return f"rests on {len(count)} judged sessions, it takes {LEAST_SESSIONS}"
    low, _ = ratio_bounds(gain, count, outside=0.05, seed=seed, name="routers/gap")
    return "may be none" if low <= 0 else None


def _curve(score: Floats, weak: Single, strong: Single) -> Curve:
    return Curve.of(Choice(score, strong.quality, weak.quality, strong.cost, weak.cost))


def _router(name: str, curve: Curve) -> Router:
    points = [Point(name, float(cost), float(quality)) for cost, quality in zip(curve.cost, curve.quality, strict=True)]
    return Router(
        score=name,
        reach=[
            Reach(recovered=share, calls=curve.call_share(share), cost=curve.cost_share(share)) for share in RECOVERED
        ],
        average_recovered=curve.average_gap_recovered(),
        average_quality=average_quality(points),
        line=[(point.cost, point.quality) for point in hull(points)],
    )
