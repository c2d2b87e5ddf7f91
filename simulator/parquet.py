"""Parquet files as they are written and read here: a path is a path, also where it looks like a URI (`launch:v2`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.errors import InvalidFile


def write(table: pa.Table, path: Path) -> None:
    """Equal tables become equal bytes."""
    pq.write_table(table, path.absolute(), compression="zstd", version="2.6")


def read(path: Path, *, columns: Iterable[str] | None = None) -> pa.Table:
    """A file, or some of its columns. Raises `InvalidFile` where there is none."""
    try:
        return pq.read_table(path.absolute(), columns=None if columns is None else list(columns), pre_buffer=False)
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path, error) from None


def batches(path: Path, *, rows: int) -> Iterator[pa.RecordBatch]:
    """A file piece by piece, `rows` at most in each. Raises as `read` does."""
    try:
        yield from pq.ParquetFile(path.absolute()).iter_batches(batch_size=rows)
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path, error) from None


def fitted(table: pa.Table, schema: pa.Schema, *, name: str) -> pa.Table:
    """The columns of a schema from a table that has them, cast. Raises `InvalidFile` with the column that is another.

    `name` stands for the file in the message.
    """
    return pa.Table.from_arrays([_fitted(table, field, name) for field in schema], schema=schema)


def _fitted(table: pa.Table, field: pa.Field, name: str) -> pa.ChunkedArray:
    try:
        column = table[field.name].cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InvalidFile(f"{name}: {field.name} must be {field.type}, is {table[field.name].type}") from None
    if column.null_count and not field.nullable:
        raise InvalidFile(f"{name}: {field.name} is null in {column.null_count} of {len(column)} rows")
    return column


def _unreadable(path: Path, error: Any) -> InvalidFile:
    if isinstance(error, FileNotFoundError):
        return InvalidFile(f"{path}: no such file; check the path")
    return InvalidFile(f"{path}: not readable as parquet: {str(error).splitlines()[0]}")
