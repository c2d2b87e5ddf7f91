"""A trace: planned requests as a table, and its file, trace.parquet."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulator.errors import InvalidFile
from simulator.traffic.request import Request

TRACE = pa.schema(
    [
        pa.field("request_id", pa.string(), nullable=False),
        pa.field("session_id", pa.string(), nullable=False),
        pa.field("turn", pa.int32(), nullable=False),
        pa.field("journey", pa.string(), nullable=False),
        pa.field("at", pa.float64()),
        pa.field("think_s", pa.float64(), nullable=False),
        pa.field("input_tokens", pa.int64(), nullable=False),
        pa.field("output_tokens", pa.int64(), nullable=False),
        pa.field("model", pa.string()),
        pa.field("prefix_hashes", pa.list_(pa.int64()), nullable=False),
        pa.field("block_size", pa.int32()),
        pa.field("prompt_version", pa.string()),
        pa.field("user", pa.string()),
        pa.field("difficulty", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("parts", pa.list_(pa.int32()), nullable=False),
    ]
)
"""One row per planned request, a field per field of `Request`; a session's rows stand together, in turn order."""
_SPAN = b"tenfold.span_s"


@dataclass(frozen=True)
class Trace:
    """Planned requests over `span_s` seconds: all sessions begin in [0, span_s)."""

    table: pa.Table
    span_s: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "span_s", float(self.span_s))  # 60 and 60.0 are one span, and one digest

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @classmethod
    def read(cls, path: Path) -> "Trace":
        """A trace.parquet. Raises `InvalidFile` for anything else."""
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise InvalidFile(
                f"{path}: not readable as a trace: {error}; convert logs with `tenfold trace convert`"
            ) from None
        missing = [name for name in TRACE.names if name not in table.column_names]
        span = (table.schema.metadata or {}).get(_SPAN)
        if missing or span is None:
            problem = f"no column {', '.join(missing)}" if missing else "no span in its metadata"
            raise InvalidFile(f"{path}: not a trace of Tenfold: {problem}; convert logs with `tenfold trace convert`")
        return cls(table.select(TRACE.names).cast(TRACE), float(span))

    def write(self, path: Path) -> None:
        """As Parquet (zstd); `read` gives back the same table and span."""
        pq.write_table(
            self.table.replace_schema_metadata({_SPAN: repr(self.span_s).encode()}), path, compression="zstd"
        )

    def digest(self) -> str:
        """SHA-256 over the span and every value, whatever the file, the chunks or the process."""
        sha = hashlib.sha256(repr(self.span_s).encode())
        for name in TRACE.names:
            sha.update(name.encode())
            for part in _content(self.table.column(name).combine_chunks()):
                sha.update(part)
        return sha.hexdigest()

    def requests(self) -> Iterator[Request]:
        """The rows, in the table's order."""
        for batch in self.table.to_batches(max_chunksize=65536):
            columns = {name: batch.column(name).to_pylist() for name in TRACE.names}
            for name in ("prefix_hashes", "parts"):
                columns[name] = [tuple(values) for values in columns[name]]
            for row in zip(*columns.values(), strict=True):
                yield Request(**dict(zip(columns, row, strict=True)))

    def sessions(self) -> list[list[Request]]:
        """Every session's requests in turn order, sessions ordered by their start (ties by id)."""
        found = [list(rows) for _, rows in groupby(self.requests(), key=lambda request: request.session_id)]
        return sorted(found, key=lambda rows: (rows[0].at, rows[0].session_id))

    def clock(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """When each request is due if answers took no time: the start plus all think times so far, seconds."""
        think, at = self.table.column("think_s").to_numpy(), self.table.column("at")
        first = at.is_valid().to_numpy()
        starts = np.flatnonzero(first)
        elapsed = np.cumsum(np.where(first, 0.0, think))
        session = np.cumsum(first) - 1
        return np.asarray(pc.fill_null(at, 0.0).to_numpy()[starts][session] + elapsed - elapsed[starts][session])


def _content(column: pa.Array) -> Iterator[bytes]:
    """The bytes that decide equality: which are null, how long, and what."""
    yield np.packbits(column.is_null().to_numpy(zero_copy_only=False)).tobytes()
    if pa.types.is_list(column.type):
        yield pc.list_value_length(column).to_numpy(zero_copy_only=False).astype(np.int64).tobytes()
        yield column.flatten().to_numpy(zero_copy_only=False).tobytes()
    elif pa.types.is_string(column.type):
        filled = pc.fill_null(column, "").cast(pa.large_string())
        yield pc.binary_length(filled).to_numpy().tobytes()
        offsets = np.frombuffer(filled.buffers()[1], np.int64)[filled.offset :][: len(filled) + 1]
        yield bytes(filled.buffers()[2] or b"")[offsets[0] : offsets[-1]]
    else:
        yield pc.fill_null(column, 0).to_numpy().tobytes()
