"""Cost against quality: is a strategy better than mixing single models, and what would perfect choice give?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.arm import Arm
from simulator.comparison.hull import Point, average_quality, hull, oracle
from simulator.comparison.judges import Judge
from simulator.comparison.place import LENGTH, Place, Placing
from simulator.comparison.routers import Routers, Single, routers
from simulator.comparison.side import Evidence
from simulator.errors import BadInput
from simulator.figures import Figures, Provenance
from simulator.run.percentiles import Floats, Ints

DECLARED = "a declared mean does not say which request needs which model; labels or a validator would"


class Frontier(Figures):
    """All strategies of one scale, cheapest first."""

    requests: int
    quality: str = "the mean of the labels"
    """What quality means here, and who says so."""
    provenance: Provenance = "measured"
    places: list[Place]
    hull: list[str]
    """Strategies that no mixture of others beats."""
    average_quality: float | None
    """AIQ: ∫ hull d(cost) ÷ span of costs; None where all cost the same."""
    oracle: Place | None
    """For each request the cheapest of the best single models; None with fewer than two of them."""
    routers: Routers | None
    """Scores that choose between the cheapest and the best single model."""
    note: str | None = None
    """Why there are none."""

    @classmethod
    def nowhere(cls, why: str) -> "Frontier":
        """Where no answer could be placed."""
        return cls(requests=0, places=[], hull=[], average_quality=None, oracle=None, routers=None, note=why)


def frontier(
    calls: pa.Table,
    requests: pa.Table,
    costs: Sequence[Decimal | None],
    judge: Judge,
    *,
    scale: float,
    lengths: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Frontier:
    """Where each strategy of a run lies; `lengths` are prompt tokens by request, for the one-line rule.

    Raises BadInput where no request has a label for every strategy's answer.
    """
    evidence = Evidence(calls, requests, costs, None)
    names = pc.unique(requests.filter(pc.equal(requests["scale"], scale))["strategy"]).to_pylist()
    judged = {name: _Judged.of(evidence.of(scale, name), judge) for name in names}
    keys = sorted(set[str].intersection(*(set(one.quality) for one in judged.values()))) if judged else []
    if not keys:
        without = [name for name, one in judged.items() if not one.quality]
        raise BadInput(
            f"no request at {scale:g}× has a label for every strategy's answer: {', '.join(names) or 'none'}"
            + (f"; no answer at all is judged of {', '.join(without)}" if 0 < len(without) < len(names) else "")
        )
    columns = {name: one.on(keys) for name, one in judged.items()}
    return _frontier(columns, _scores(keys, judge, lengths or {}), judge, seed)


@dataclass(frozen=True, slots=True)
class _Columns:
    """One strategy on the shared requests, one entry per request."""

    cost: Floats
    quality: Floats
    model: np.ndarray
    sessions: Ints


@dataclass(frozen=True, slots=True)
class _Judged:
    """One strategy: the requests that were answered with a label, by key."""

    arm: Arm
    row: Mapping[str, int]
    quality: Mapping[str, float]

    @classmethod
    def of(cls, evidence: Evidence, judge: Judge) -> "_Judged":
        arm = Arm.of(evidence.calls, evidence.requests, evidence.costs)
        if arm.unpriced:
            name = evidence.requests["strategy"][0].as_py()
            raise BadInput(f"{name!r}: no price for {arm.unpriced} of its calls; add them to the price book")
        keys = arm.keys.to_pylist()
        quality = judge.of(arm.requests, arm.model.tolist(), arm.valid).tolist()
        row = {key: number for number, key in enumerate(keys)}
        return cls(arm, row, {key: one for key, one in zip(keys, quality, strict=True) if not math.isnan(one)})

    def on(self, keys: Sequence[str]) -> _Columns:
        at = np.array([self.row[key] for key in keys])
        sessions = np.unique(self.arm.sessions[at].astype(str), return_inverse=True)[1].reshape(-1)
        quality = np.array([self.quality[key] for key in keys])
        return _Columns(self.arm.spent[at], quality, self.arm.model[at], sessions)


def _request(key: str) -> str:
    """Without its replicate."""
    return key.partition("/")[2]


def _scores(keys: Sequence[str], judge: Judge, lengths: Mapping[str, int]) -> dict[str, Floats]:
    """What says of each request how much it needs the strong model; only what is known of all of them."""
    known: dict[str, Mapping[str, float]] = {LENGTH: lengths, "your score": judge.score}
    asked = [_request(key) for key in keys]
    return {
        name: np.array([score[one] for one in asked], dtype=float)
        for name, score in known.items()
        if all(one in score for one in asked)
    }


def _frontier(columns: Mapping[str, _Columns], scores: Mapping[str, Floats], judge: Judge, seed: int) -> Frontier:
    points = [Point(name, float(one.cost.mean()), float(one.quality.mean())) for name, one in columns.items()]
    named = {name: str(one.model[0]) for name, one in columns.items() if len(set(one.model)) == 1}
    singles = [Single(named[name], columns[name].cost, columns[name].quality) for name in named]
    declared = judge.provenance == "assumed"
    found, note = (
        (None, DECLARED) if declared else routers(singles, scores, next(iter(columns.values())).sessions, seed=seed)
    )
    placing = Placing([point for point in points if point.name in named], found)
    best = None
    if len(named) > 1 and not declared:
        best = placing.of(oracle(np.stack([one.quality for one in singles]), np.stack([one.cost for one in singles])))
    return Frontier(
        requests=len(next(iter(columns.values())).cost),
        quality=judge.says,
        provenance=judge.provenance,
        places=[placing.of(one, columns[one.name].model) for one in sorted(points, key=lambda one: one.cost)],
        hull=[point.name for point in hull(points)],
        average_quality=average_quality(points),
        oracle=best,
        routers=found,
        note=note,
    )
