"""A real hour of schedule against a slow trickle of requests: does the pacer drift, does memory grow?

`TENFOLD_SOAK_S` shortens it. The embedded endpoint answers; what is watched is when requests are sent.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from simulator.endpoint import cores, embedded
from simulator.replay.selfcheck import PROFILE, Server, percentile, replayed_step

HOUR_S = 3600.0
RATE = 5.0
PARTS = 6
"""The span is cut into so many parts, whose lags are compared."""
DRIFT_LIMIT_S = 0.002


def run() -> Iterator[str]:
    """A line per part of the span, then the verdict."""
    seconds = float(os.environ.get("TENFOLD_SOAK_S", HOUR_S))
    endpoint_cpu, generator_cpu = cores()
    with tempfile.TemporaryDirectory(prefix="tenfold-soak-") as scratch:
        profile = Path(scratch, "profile.yaml")
        profile.write_text(json.dumps(PROFILE), encoding="utf-8")
        with embedded(profile, seed=1, cpu=endpoint_cpu) as url:
            server = Server(url, "exact", generator_cpu)
            calls, rung = replayed_step(server, Path(scratch), rate=RATE, seconds=seconds)
    medians = lags(calls, seconds)
    for number, median in enumerate(medians, 1):
        yield f"part {number} of {PARTS}: send lag p50 {1000 * median:.3f} ms"
    process = rung["processes"][0]
    yield f"sent {rung['sent']} of {rung['planned']}, memory {process['memory_mb']:.0f} MB"
    yield f"wall clock against monotonic clock moved by {1000 * process['clock_drift_max_s']:.3f} ms a second at most"
    drift = max(medians) - min(medians)
    yield f"drift {1000 * drift:.3f} ms over {seconds:g} s: {'fine' if drift <= DRIFT_LIMIT_S else 'TOO MUCH'}"


def lags(calls: pa.Table, seconds: float) -> list[float]:
    """Median send lag of each part of the span, seconds."""
    parts: list[list[float]] = [[] for _ in range(PARTS)]
    for scheduled, sent in zip(calls["scheduled_at"].to_pylist(), calls["sent_at"].to_pylist(), strict=True):
        parts[min(PARTS - 1, int(scheduled / seconds * PARTS))].append(sent - scheduled)
    return [percentile(part, 0.5) or 0.0 for part in parts]


if __name__ == "__main__":
    for text in run():
        print(text, flush=True)
