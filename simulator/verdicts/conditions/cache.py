"""Prompt-cache hits fall with the scale: prefixes overflow a machine, or are dropped before they are used again."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from simulator.run.demand import lowest
from simulator.run.rows import of_rung
from simulator.run.rung import RungFigures
from simulator.units import scale_text, share_text, usd_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.crossing import Crossing, Point, crossing

FALL = 0.10
"""Points of share below the smallest rung's."""


def find(evidence: Evidence) -> Iterator[Break]:
    """Where a strategy reads 10 points less of its prompts from cache than at its smallest scale."""
    for strategy in evidence.strategies:
        start = hit_share(evidence.calls, lowest(evidence.rungs, strategy))
        if start is None or start <= FALL:
            continue
        points = [
            Point(rung.scale, share, holds=share >= start - FALL)
            for rung in evidence.ladder(strategy)
            if (share := hit_share(evidence.calls, rung)) is not None
        ]
        found = crossing(points, start - FALL)
        if found:
            yield _break(evidence, strategy, start, found)


def hit_share(calls: pa.Table, rung: RungFigures) -> float | None:
    """Part of the prompt tokens that were read from cache; None where no call said."""
    mine = of_rung(calls, rung)
    said = mine.filter(pc.and_(pc.is_valid(mine["cache_read_tokens"]), pc.is_valid(mine["input_tokens"])))
    prompt = pc.sum(said["input_tokens"]).as_py()
    return pc.sum(said["cache_read_tokens"]).as_py() / prompt if prompt else None


def _break(evidence: Evidence, strategy: str, start: float, found: Crossing) -> Break:
    return Break(
        kind="cache",
        title=f"prompt-cache hits fall by more than {FALL * 100:g} points",
        strategy=strategy,
        multiplier=found.at,
        low=found.low,
        high=found.high,
        provenance="measured",
        evidence=f"{share_text(start)} of the prompt tokens came from cache at the smallest scale, "
        f"{share_text(found.after)} at {scale_text(found.high)}{found.guess}",
        costs=_dearer(evidence, strategy, found.high),
        fix="fewer distinct prefixes, or a cache key per group of users, so that each is used again in time",
        verify=evidence.verify(strategy, found.high),
    )


def _dearer(evidence: Evidence, strategy: str, scale: float) -> str | None:
    own = sorted((cost for cost in evidence.costs if cost.strategy == strategy), key=lambda cost: cost.scale)
    after = next((cost.per_answered for cost in own if cost.scale == scale), None)
    if not own or after is None or own[0].per_answered is None:
        return None
    return f"an answer costs {usd_text(after)} at {scale_text(scale)}, {usd_text(own[0].per_answered)} before"
