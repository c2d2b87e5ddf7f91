"""Rungs that left rows but no record: the driver was killed before it could say how they went."""

import math
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from simulator.run.record import GeneratorHealth, RungRecord
from simulator.run.rows import of_rung

_KEYS = ["scale", "strategy", "replicate"]


def with_lost(recorded: Sequence[RungRecord], requests: pa.Table) -> list[RungRecord]:
    """The recorded rungs and those that only rows tell of; nobody reported for the latter, so the run is INCOMPLETE.

    What they had planned beyond their rows is not known; their span is the recorded ones', or as long as their rows.
    """
    known = {(rung.scale, rung.strategy, rung.replicate) for rung in recorded}
    found = sorted(tuple(row[key] for key in _KEYS) for row in _distinct(requests))
    return [*recorded, *(_lost(key, recorded, requests) for key in found if key not in known)]


def _distinct(requests: pa.Table) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = requests.select(_KEYS).group_by(_KEYS).aggregate([]).to_pylist()
    return rows


def _lost(key: tuple[object, ...], recorded: Sequence[RungRecord], requests: pa.Table) -> RungRecord:
    draft = RungRecord.model_validate(
        {
            **dict(zip(_KEYS, key, strict=True)),
            "started_at": "unknown",
            "planned_span_s": max((rung.planned_span_s for rung in recorded), default=1.0),
            "planned": 0,
            "sent": 0,
            "dropped": 0,
            "health": GeneratorHealth(workers_planned=1, workers_reported=0, clock="unknown"),
        }
    )
    mine = of_rung(requests, draft)
    span = draft.planned_span_s if recorded else math.ceil(pc.max(mine["scheduled_at"]).as_py() or 0.0) + 1.0
    return draft.model_copy(update={"planned": len(mine), "planned_span_s": span})
