"""Rows on their way out of a process: gathered in the hub, written in small batches so that no batch stalls it."""

import time
from collections.abc import Callable

import gevent
import pyarrow as pa

from simulator.calls import CALLS, REQUESTS, Call, RequestRow
from simulator.replay.evidence import batch

BATCH_ROWS = 64
"""Rows of calls turned into Arrow at a time: about half a millisecond of the hub."""
INTERVAL_S = 0.1

Sink = Callable[[pa.RecordBatch | None, pa.RecordBatch | None], None]


class Recorder:
    """`record` is called in the hub and only appends; `flush` runs in a greenlet of its own."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._calls: list[Call] = []
        self._requests: list[RequestRow] = []

    def record(self, calls: list[Call], request: RequestRow) -> None:
        self._calls += calls
        self._requests.append(request)

    def flush(self) -> None:
        """Hand on the rows gathered so far, letting the hub run between batches.

        Those that come meanwhile do not prolong it: a batch of three rows costs as much as one of sixty.
        """
        for _ in range(-(-max(len(self._calls), len(self._requests)) // BATCH_ROWS)):
            calls, self._calls = self._calls[:BATCH_ROWS], self._calls[BATCH_ROWS:]
            requests, self._requests = self._requests[:BATCH_ROWS], self._requests[BATCH_ROWS:]
            self._sink(batch(calls, CALLS) if calls else None, batch(requests, REQUESTS) if requests else None)
            gevent.sleep(0.001)

    def run(self) -> None:
        """Flush a few times a second, until killed."""
        while True:
            began = time.monotonic()
            self.flush()
            gevent.sleep(max(0.0, INTERVAL_S - (time.monotonic() - began)))
