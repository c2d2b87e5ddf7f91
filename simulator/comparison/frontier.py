"""Cost against quality: is a strategy better than mixing single models, and what would perfect choice give?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.arm import Arm
from simulator.comparison.hull import Point, average_quality, hull, oracle, zero_router
from simulator.comparison.labels import Labels
from simulator.comparison.side import Evidence
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.run.percentiles import Floats


class Place(Figures):
    """One strategy on the requests that every strategy answered and that have a label for each answer."""

    strategy: str
    cost: float
    """Mean dollars per request, all attempts."""
    quality: float
    """Mean, from 0 to 1."""
    cost_per_good: float | None
    """Dollars ÷ quality earned: beside `quality`, never instead of it, because the weakest model often wins it."""
    mixing: float | None
    """Quality that mixing the single models reaches at this cost (Zero router); None below the cheapest."""
    worth: Literal["single", "above mixing", "below mixing"]


class Frontier(Figures):
    """All strategies of one scale, cheapest first."""

    requests: int
    places: list[Place]
    hull: list[str]
    """Strategies that no mixture of others beats."""
    average_quality: float | None
    """AIQ: ∫ hull d(cost) ÷ span of costs; None where all cost the same."""
    oracle: Place | None
    """For each request the cheapest of the best single models; None with fewer than two of them."""


def frontier(
    calls: pa.Table, requests: pa.Table, costs: Sequence[Decimal | None], labels: Labels, *, scale: float
) -> Frontier:
    """Where each strategy of a run lies. Raises BadInput where no request has a label for every strategy's answer."""
    evidence = Evidence(calls, requests, costs, None)
    names = pc.unique(requests.filter(pc.equal(requests["scale"], scale))["strategy"]).to_pylist()
    judged = {name: _Judged.of(evidence.of(scale, name), labels) for name in names}
    keys = sorted(set[str].intersection(*(set(one.quality) for one in judged.values()))) if judged else []
    if not keys:
        raise BadInput(
            f"no request at {scale:g}× has a label for every strategy's answer: {', '.join(names) or 'none'}"
        )
    return _frontier({name: one.columns(keys) for name, one in judged.items()}, _singles(judged), len(keys))


@dataclass(frozen=True, slots=True)
class _Judged:
    """One strategy: the requests that were answered with a label, by key."""

    arm: Arm
    row: Mapping[str, int]
    quality: Mapping[str, float]

    @classmethod
    def of(cls, evidence: Evidence, labels: Labels) -> "_Judged":
        arm = Arm.of(evidence.calls, evidence.requests, evidence.costs)
        if arm.unpriced:
            name = evidence.requests["strategy"][0].as_py()
            raise BadInput(f"{name!r}: no price for {arm.unpriced} of its calls; add them to the price book")
        keys = arm.keys.to_pylist()
        said = (
            (key, labels.quality.get((key.partition("/")[2], str(m)))) for key, m in zip(keys, arm.model, strict=True)
        )
        row = {key: number for number, key in enumerate(keys)}
        return cls(arm, row, {key: quality for key, quality in said if quality is not None})

    def columns(self, keys: Sequence[str]) -> tuple[Floats, Floats]:
        """Dollars and quality of each request."""
        spent = self.arm.spent[np.array([self.row[key] for key in keys])]
        return spent, np.array([self.quality[key] for key in keys])


def _singles(judged: Mapping[str, _Judged]) -> list[str]:
    """Strategies all of whose answers are one model's."""
    return [name for name, one in judged.items() if len(set(one.arm.model[one.arm.answered])) == 1]


def _frontier(columns: Mapping[str, tuple[Floats, Floats]], singles: list[str], count: int) -> Frontier:
    points = [Point(name, float(cost.mean()), float(quality.mean())) for name, (cost, quality) in columns.items()]
    models = [point for point in points if point.name in singles]
    best = None
    if len(singles) > 1:
        costs, qualities = (np.stack([columns[name][side] for name in singles]) for side in (0, 1))
        best = _place(oracle(qualities, costs), models)
    return Frontier(
        requests=count,
        places=[_place(point, models) for point in sorted(points, key=lambda one: one.cost)],
        hull=[point.name for point in hull(points)],
        average_quality=average_quality(points),
        oracle=best,
    )


def _place(point: Point, models: Sequence[Point]) -> Place:
    mixing = zero_router(models, point.cost) if models else None
    above = mixing is None or point.quality > mixing
    single = point.name in {model.name for model in models}
    return Place(
        strategy=point.name,
        cost=point.cost,
        quality=point.quality,
        cost_per_good=point.cost / point.quality if point.quality else None,
        mixing=mixing,
        worth="single" if single else "above mixing" if above else "below mixing",
    )
