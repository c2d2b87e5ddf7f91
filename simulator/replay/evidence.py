"""What a replay leaves in its run directory: two Arrow IPC streams that grow row by row, and replay.json."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.calls import CALLS, REQUESTS, Call, RequestRow
from simulator.errors import InvalidFile

CALLS_FILE, REQUESTS_FILE, REPLAY_FILE = "calls.arrows", "requests.arrows", "replay.json"
FILES = (CALLS_FILE, REQUESTS_FILE, REPLAY_FILE)

_FIELDS = {id(schema): attrgetter(*schema.names) for schema in (CALLS, REQUESTS)}


def batch(rows: Iterable[Call] | Iterable[RequestRow], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of `CALLS` or `REQUESTS` as one Arrow batch. Hot: runs beside the streams."""
    columns = zip(*map(_FIELDS[id(schema)], rows), strict=True)
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


class Evidence:
    """The streams while they are written. An append reaches the kernel at once: a killed process loses none of it.

    A disk that refuses is told once to `on_failure`; what comes after is not written, and what was stays readable.
    """

    def __init__(self, run_dir: Path, *, on_failure: Callable[[str], None]) -> None:
        self.run_dir = run_dir
        self._on_failure = on_failure
        self._broken = False
        self._sinks = [pa.OSFile(str(run_dir / name), "wb") for name in (CALLS_FILE, REQUESTS_FILE)]
        self._calls, self._requests = (
            pa.ipc.new_stream(sink, schema) for sink, schema in zip(self._sinks, (CALLS, REQUESTS), strict=True)
        )

    def append(self, calls: pa.RecordBatch | None, requests: pa.RecordBatch | None) -> None:
        with self._writing():
            if calls is not None:
                self._calls.write_batch(calls)
            if requests is not None:
                self._requests.write_batch(requests)

    def write_facts(self, facts: dict[str, Any]) -> None:
        """replay.json, replaced as a whole so that a reader never meets half of it."""
        path = self.run_dir / REPLAY_FILE
        fresh = path.with_suffix(".tmp")
        with self._writing():
            fresh.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
            fresh.replace(path)

    def close(self) -> None:
        for stream in (self._calls, self._requests, *self._sinks):
            with self._writing():
                stream.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._broken:
                self._broken = True
                self._on_failure(f"{self.run_dir}: cannot be written ({error}); free some space, or use another --out")


def read(run_dir: Path) -> tuple[pa.Table, pa.Table, dict[str, Any]]:
    """Calls, requests and replay.json of a finished, interrupted or killed replay. Raises `InvalidFile`."""
    try:
        facts: dict[str, Any] = json.loads((run_dir / REPLAY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{run_dir / REPLAY_FILE}: no replay was recorded here: {error}") from None
    return _table(run_dir / CALLS_FILE, CALLS), _table(run_dir / REQUESTS_FILE, REQUESTS), facts


def any_rows(run_dir: Path) -> bool:
    """Whether an attempt or a request was put down; a stream that was only opened holds none."""
    files = ((CALLS_FILE, CALLS), (REQUESTS_FILE, REQUESTS))
    return any(_table(run_dir / name, schema).num_rows for name, schema in files if (run_dir / name).is_file())


def _table(path: Path, schema: pa.Schema) -> pa.Table:
    """Every whole batch of a stream. A killed writer leaves no end mark, perhaps half a batch, which is not read."""
    batches = []
    try:
        with pa.OSFile(str(path), "rb") as source, pa.ipc.open_stream(source) as stream:
            while True:
                batches.append(stream.read_next_batch())
    except (StopIteration, pa.ArrowInvalid):
        pass
    except OSError as error:
        if not batches and not path.exists():
            raise InvalidFile(f"{path}: cannot be read: {error}") from None
    return pa.Table.from_batches(batches, schema=schema)
