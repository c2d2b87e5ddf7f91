"""Whether the endpoint itself keeps up: a server that lags measures itself and says so."""

import asyncio
import time
from collections import deque

_EVERY_S = 0.01
_KEPT = 30_000  # five minutes of samples
_LATE_S = 0.005


class Lag:
    """Lateness of the event loop, sampled every 10 ms, and of the writes. Seconds since the last reset."""

    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=_KEPT)
        self.late_emits = 0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Sample from now on, in the running loop."""
        self._due = time.monotonic() + _EVERY_S
        self._timer = asyncio.get_running_loop().call_later(_EVERY_S, self._sample)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()

    def reset(self) -> None:
        self._samples.clear()
        self.late_emits = 0

    def emitted(self, late_s: float) -> None:
        """A write left this long after it was due; more than 5 ms is counted."""
        self.late_emits += late_s > _LATE_S

    def percentile(self, share: float) -> float | None:
        """Exact over the kept samples; None before the first."""
        ordered = sorted(self._samples)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    def _sample(self) -> None:
        late = max(0.0, time.monotonic() - self._due)
        # A loop that stood still for a second missed a hundred samples, each a little less late than the one before.
        self._samples.extend(late - missed * _EVERY_S for missed in range(min(_KEPT, 1 + int(late / _EVERY_S))))
        self.start()
