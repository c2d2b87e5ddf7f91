"""A rung second by second of its schedule: how many requests were due, and how those ended."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.run.lost import with_lost
from simulator.run.record import RungRecord
from simulator.run.rows import Rows, of_rung

_ENDINGS = {"answered": ("answered",), "refused": ("refused",), "failed": ("failed", "timed_out")}


def timeline(calls: pa.Table, requests: pa.Table, *, rungs: Sequence[RungRecord]) -> list[dict[str, Any]]:
    """One row per rung and second: scale, strategy, replicate, t, due, answered, refused, failed (timed out included).

    A request belongs to the second it was due in, whenever it ended; seconds without any are rows of zeros.
    """
    return [row for record in with_lost(rungs, requests) for row in _seconds(calls, requests, record)]


def _seconds(calls: pa.Table, requests: pa.Table, record: RungRecord) -> Iterator[dict[str, Any]]:
    own: dict[str, Any] = {"scale": record.scale, "strategy": record.strategy, "replicate": record.replicate}
    rows = Rows.of(of_rung(calls, record), of_rung(requests, record))
    due = ~np.isnan(rows.scheduled)
    second = np.floor(rows.scheduled[due]).astype(np.int64)
    length = int(second.max()) + 1 if len(second) else 0
    counts = {"due": _count(second, length)} | {
        name: _count(second[np.isin(rows.settled[due], words)], length) for name, words in _ENDINGS.items()
    }
    for t in range(length):
        yield {**own, "t": t, **{name: int(count[t]) for name, count in counts.items()}}


def _count(seconds: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    return np.bincount(seconds, minlength=length).astype(np.int64)
