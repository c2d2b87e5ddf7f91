"""Quality of the answers that were served, against the baseline's, segment by segment."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from simulator.comparison.arm import Arm
from simulator.comparison.judges import Judge
from simulator.comparison.resample import ratio_bounds
from simulator.comparison.saving import paired
from simulator.comparison.side import Evidence
from simulator.run.percentiles import LEAST_SESSIONS
from simulator.verdicts.clauses import SegmentQuality


def segments(
    calls: pa.Table, requests: pa.Table, judge: Judge, *, strategy: str, baseline: str, scale: float, seed: int = 0
) -> list[SegmentQuality]:
    """Paired difference per segment: the one that the judge names, else the journey. Errors are judged on their own.

    A pair is a request that both answered and whose two served answers are judged.
    """
    evidence = Evidence(calls, requests, [None] * len(calls), None)
    arms = [Arm.of(one.calls, one.requests, one.costs) for one in (evidence.of(scale, s) for s in (strategy, baseline))]
    own, other = paired(*arms)
    journeys = dict(zip(requests["request_id"].to_pylist(), requests["journey"].to_pylist(), strict=True))
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    elsewhere: dict[str, list[float]] = defaultdict(list)
    names = own.requests
    good = judge.of(names, own.model.tolist(), own.valid)
    gained = good - judge.of(names, other.model.tolist(), other.valid)
    moved = own.model != other.model
    for place, (request, session, delta) in enumerate(zip(names, own.sessions, gained.tolist(), strict=True)):
        if not math.isnan(delta):
            segment = judge.segment.get(request, journeys[request])
            found[segment][session].append(delta)
            if moved[place]:
                elsewhere[segment].append(float(good[place]))
    of = _declared if judge.provenance == "assumed" else _segment
    return [_with_moved(of(name, list(found[name].values()), seed), elsewhere[name]) for name in sorted(found)]


def _with_moved(segment: SegmentQuality, quality: Sequence[float]) -> SegmentQuality:
    """`quality`: of the answers that another model than the baseline's gave."""
    if not quality:
        return segment
    return replace(segment, moved=len(quality) / segment.pairs, moved_quality=sum(quality) / len(quality))


def _declared(name: str, sessions: list[list[float]], seed: int) -> SegmentQuality:
    """A difference that nobody measured has no bounds."""
    del seed
    pairs = sum(map(len, sessions))
    return SegmentQuality(name, pairs, sum(map(sum, sessions)) / pairs, None, None, assumed=True)


def _segment(name: str, sessions: list[list[float]], seed: int) -> SegmentQuality:
    """One-sided 95 % bounds from resampled sessions, never tighter than the rule of three.

    Where no session lost, resampling sees no loss at all; 3/m is then the 95 % bound of a rate (Hanley and
    Lippman-Hand 1983), and the most that m sessions can rule out.
    """
    total, pairs = np.array([sum(one) for one in sessions]), np.array([float(len(one)) for one in sessions])
    delta, count = float(total.sum() / pairs.sum()), int(pairs.sum())
    if len(sessions) < LEAST_SESSIONS:
        return SegmentQuality(name, count, delta, None, None)
    low, high = ratio_bounds(total, pairs, outside=0.05, seed=seed, name=f"quality/{name}")
    floor = 3 / len(sessions)
    return SegmentQuality(name, count, delta, min(low, delta - floor), max(high, delta + floor))
