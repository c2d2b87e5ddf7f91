"""A trace: planned requests as a table, and its file, trace.parquet."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator import parquet
from simulator.errors import InvalidFile
from simulator.traffic.keys import Floats
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
_CONVERT = "convert logs with `tenfold trace convert`"
_SPAN, _EPOCH = b"tenfold.span_s", b"tenfold.epoch_s"


@dataclass(frozen=True)
class Trace:
    """Planned requests over `span_s` seconds: all sessions begin in [0, span_s)."""

    table: pa.Table
    span_s: float
    epoch_s: float | None = None
    """Unix time of second 0, where the log knew it; not part of the digest."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "span_s", float(self.span_s))  # 60 and 60.0 are one span, and one digest

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @classmethod
    def read(cls, path: Path, *, columns: Sequence[str] = TRACE.names) -> "Trace":
        """A trace.parquet, or some columns of it. Raises `InvalidFile` for anything else."""
        try:
            table = parquet.read(path, columns=[name for name in TRACE.names if name in columns])
        except InvalidFile as error:
            raise InvalidFile(f"{error}; {_CONVERT}") from None
        missing = [name for name in columns if name not in table.column_names]
        facts = table.schema.metadata or {}
        if missing or _SPAN not in facts:
            problem = f"no column {', '.join(missing)}" if missing else "no span in its metadata"
            raise InvalidFile(f"{path}: not a trace of Tenfold: {problem}; {_CONVERT}")
        plain = parquet.fitted(table, pa.schema([TRACE.field(name) for name in table.column_names]), name=str(path))
        return cls(plain, float(facts[_SPAN]), float(facts[_EPOCH]) if _EPOCH in facts else None)

    def write(self, path: Path) -> None:
        """As Parquet (zstd); `read` gives back the same table and span."""
        facts = {_SPAN: repr(self.span_s)} | ({} if self.epoch_s is None else {_EPOCH: repr(self.epoch_s)})
        parquet.write(self.table.replace_schema_metadata(facts), path)

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

    def starts(self) -> Floats:
        """The start of each request's session, seconds."""
        at = self.table.column("at")
        return np.asarray(at.drop_null().to_numpy()[np.cumsum(at.is_valid().to_numpy()) - 1])

    def clock(self) -> Floats:
        """When each request is due if answers took no time: the start plus all think times so far, seconds."""
        at = self.table.column("at")
        if not at.null_count:
            return np.asarray(at.to_numpy())  # no later turns
        first = at.is_valid().to_numpy()
        elapsed = np.cumsum(np.where(first, 0.0, self.table.column("think_s").to_numpy()))
        return np.asarray(self.starts() + elapsed - elapsed[first][np.cumsum(first) - 1])


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
