"""Rows from a worker to the conductor, over Locust's own messages: numbered, acknowledged, bounded."""

from collections.abc import Callable
from typing import Any

import gevent
import pyarrow as pa

from simulator.calls import CALLS, REQUESTS
from simulator.errors import Precondition

MOST_OPEN = 2000
"""Batches that may wait for their acknowledgement: some 100 MB of a worker's memory, minutes of a lost connection."""
_AGAIN_S = 2.0
_PATIENCE_S = 30.0

Message = dict[str, Any]


class Delivery:
    """The sending side. What was not acknowledged is sent again; the receiver knows what it has by its number."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        self._tell = tell
        self._open: dict[int, Message] = {}
        self._number = 0

    def ship(self, calls: pa.RecordBatch | None, requests: pa.RecordBatch | None) -> None:
        """Raises `Precondition` where the conductor has not answered for too long: rows would be lost unseen."""
        self._number += 1
        message = {"type": "rows", "number": self._number, "calls": _bytes(calls), "requests": _bytes(requests)}
        self._open[self._number] = message
        if len(self._open) > MOST_OPEN:
            raise Precondition(f"the master has not acknowledged {MOST_OPEN} batches of rows; is the network down?")
        self._tell(message)

    def acknowledged(self, number: int) -> None:
        self._open.pop(number, None)

    def settle(self) -> None:
        """Wait until everything has arrived, sending again what seems lost. Raises `Precondition` in the end."""
        with gevent.Timeout(_PATIENCE_S, Precondition(f"{len(self._open)} batches of rows never reached the master")):
            while self._open:
                with gevent.Timeout(_AGAIN_S, False):
                    while self._open:
                        gevent.sleep(0.01)
                for message in list(self._open.values()):
                    self._tell(message)


class Intake:
    """The receiving side: each batch once, in whatever order and however often it comes."""

    def __init__(self, append: Callable[[pa.RecordBatch | None, pa.RecordBatch | None], None]) -> None:
        self._append = append
        self._known: dict[str, set[int]] = {}

    def take(self, worker: str, message: Message) -> None:
        known = self._known.setdefault(worker, set())
        if message["number"] in known:
            return
        known.add(message["number"])
        self._append(_batch(message["calls"], CALLS), _batch(message["requests"], REQUESTS))


def _bytes(batch: pa.RecordBatch | None) -> bytes | None:
    return None if batch is None else batch.serialize().to_pybytes()


def _batch(data: bytes | None, schema: pa.Schema) -> pa.RecordBatch | None:
    return None if data is None else pa.ipc.read_record_batch(pa.py_buffer(data), schema)
