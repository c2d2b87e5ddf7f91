"""Quality of the answers that were served, against the baseline's, segment by segment."""

from collections import defaultdict

import numpy as np
import pyarrow as pa

from simulator.comparison.arm import Arm
from simulator.comparison.labels import Labels
from simulator.comparison.resample import ratio_bounds
from simulator.comparison.saving import paired
from simulator.comparison.side import Evidence
from simulator.run.percentiles import LEAST_SESSIONS
from simulator.verdicts.clauses import SegmentQuality


def segments(
    calls: pa.Table, requests: pa.Table, labels: Labels, *, strategy: str, baseline: str, scale: float, seed: int = 0
) -> list[SegmentQuality]:
    """Paired difference per segment: the label's, else the journey. Errors are judged on their own.

    A pair is a request that both answered and whose two served models have a label.
    """
    evidence = Evidence(calls, requests, [None] * len(calls), None)
    arms = [Arm.of(one.calls, one.requests, one.costs) for one in (evidence.of(scale, s) for s in (strategy, baseline))]
    own, other = paired(*arms)
    journeys = dict(zip(requests["request_id"].to_pylist(), requests["journey"].to_pylist(), strict=True))
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for key, session, model, reference in zip(own.keys.to_pylist(), own.sessions, own.model, other.model, strict=True):
        request = key.partition("/")[2]
        quality = [labels.quality.get((request, one)) for one in (model, reference)]
        if quality[0] is not None and quality[1] is not None:
            found[labels.segment.get(request, journeys[request])][session].append(quality[0] - quality[1])
    return [_segment(name, list(found[name].values()), seed) for name in sorted(found)]


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
