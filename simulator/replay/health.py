"""Whether this process kept up: how late it sent, how long its hub stood still, what it cost."""

import math
import resource
import sys
import time
from array import array
from typing import Any

from simulator.replay import framing
from simulator.replay.client import Client

_NS = 1_000_000_000


class Health:
    """Of one rung in one process. Lags are kept whole (8 bytes each), so percentiles are exact."""

    def __init__(self, client: Client, *, worker: str, timer: str) -> None:
        self.lags_ns = array("q")
        self.first_token_late = 0
        self._client = client
        self._worker = worker
        self._timer = timer
        self._opened = client.pool.opened
        self._fallbacks = client.clock.fallbacks
        self.begin()

    def begin(self) -> None:
        """From here on it counts: what came before was preparation."""
        self._cpu = time.process_time()
        self._began = self._client.pacer.now()
        self._client.pacer.stall_max_ns = 0

    def facts(self) -> dict[str, Any]:
        """JSON for replay.json; seconds, and None for what was not measured."""
        span = max(self._client.pacer.now() - self._began, 1) / _NS
        busy = time.process_time() - self._cpu
        lags = sorted(self.lags_ns)
        return {
            "worker": self._worker,
            "sent": len(lags),
            "send_lag_p50_s": _percentile(lags, 0.50),
            "send_lag_p99_s": _percentile(lags, 0.99),
            "send_lag_max_s": lags[-1] / _NS if lags else None,
            "hub_stall_max_s": self._client.pacer.stall_max_ns / _NS,
            "cpu_s": busy,
            "cpu_share": busy / span,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            / (1024 if sys.platform == "linux" else 1024**2),
            "clock": self._client.clock.name,
            "clock_fallbacks": self._client.clock.fallbacks - self._fallbacks,
            "clock_drift_max_s": self._client.clock.drift_ns / _NS,
            "timer": self._timer,
            "framing": framing.NAME,
            "first_token_late": self.first_token_late,
            "connections_opened": self._client.pool.opened - self._opened,
        }


_WORST = ("send_lag_p50_s", "send_lag_p99_s", "send_lag_max_s", "hub_stall_max_s", "cpu_share")


def together(
    processes: list[dict[str, Any]], *, endpoint: dict[str, Any], planned: int, span_s: float
) -> dict[str, Any]:
    """All processes of a rung as one: the worst of each figure, the sum of what was in flight."""
    worst = {name: max((one[name] for one in processes if one[name] is not None), default=None) for name in _WORST}
    return worst | {
        "endpoint_lag_p99_s": endpoint.get("loop_lag_p99_s"),
        "workers_planned": planned,
        "workers_reported": len(processes),
        "clock": " and ".join(sorted({one["clock"] for one in processes})) or "unknown",
        "in_flight_mean": sum(one["in_flight_s"] for one in processes) / span_s,
        "in_flight_every_s": max((one["in_flight_every_s"] for one in processes), default=None),
    }


def _percentile(ordered: list[int], share: float) -> float | None:
    """Nearest rank: the smallest value that at least `share` of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] / _NS if ordered else None
