"""CSV files as columns of text with line numbers, and text as numbers and instants; what cannot be read is counted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from simulator.errors import InvalidFile
from simulator.traffic.imported import Report
from simulator.traffic.records import opened

_BARE, _ZONED = pa.timestamp("ns"), pa.timestamp("ns", tz="UTC")
BLOCK_BYTES = 16 * 1024 * 1024
"""Read at once: memory stays bounded by this and the columns that are kept."""


def batches(path: Path, report: Report, *, columns: dict[str, str]) -> Iterator[pa.RecordBatch]:
    """The named columns of a CSV as strings, with `line`. `columns` maps their names in the file to ours.

    Rows of the wrong width and rows that are not UTF-8 are dropped and reported.
    """
    bad_width: list[int] = []

    def skip(row: Any) -> str:
        bad_width.append(row.number or 0)
        return "skip"

    line = 2
    with opened(path) as file:
        try:
            reader = csv.open_csv(
                file,
                read_options=csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False),
                parse_options=csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=skip),
                convert_options=csv.ConvertOptions(
                    include_columns=list(columns),
                    column_types=dict.fromkeys(columns, pa.binary()),
                    strings_can_be_null=True,
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            raise InvalidFile(f"{path}:1: not a CSV with {', '.join(columns)}: {error}") from None
        for batch in reader:
            skipped = np.array(sorted(bad_width), dtype=np.int64)
            lines = _numbered(batch.num_rows, line, skipped[skipped >= line])
            line = int(lines[-1]) + 1 if len(lines) else line
            yield _texts(batch.rename_columns(list(columns.values())), lines, report)
    report.read += len(bad_width)
    report.drop("not as many fields as the header", bad_width)


def instants(texts: pa.Array, lines: pa.Array, report: Report) -> pa.Array:
    """ISO 8601 with up to nine digits of fraction, with or without a zone → nanoseconds since 1970 UTC; else null.

    A text without a zone is read as UTC, which is reported where others name one.
    """
    for kind in (_BARE, _ZONED):  # a log that is of one kind throughout is the rule, and quick
        try:
            return texts.cast(kind).cast(pa.int64())
        except pa.ArrowInvalid:
            continue
    zone = pc.match_substring_regex(texts, r"[Tt ].*(?:Z|[+-]\d\d:?\d\d)$")
    bare, zoned = _cast(pc.if_else(zone, None, texts), _BARE), _cast(pc.if_else(zone, texts, None), _ZONED)
    if pc.any(zone).as_py():
        report.repair("no time zone where others name one: read as UTC", lines.filter(bare.is_valid()).to_pylist())
    return pc.coalesce(bare.cast(pa.int64()), zoned.cast(pa.int64()))


def numbers(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    """Decimal text → numbers; what is not one becomes null."""
    return _cast(pc.utf8_trim_whitespace(texts), kind)


def _cast(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    """Arrow's cast of every text; where one does not fit, all are tried alone."""
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        return pa.concat_arrays([_cast_one(text, kind) for text in texts])


def _cast_one(text: pa.Scalar, kind: pa.DataType) -> pa.Array:
    try:
        return pa.array([text.as_py()], pa.string()).cast(kind)
    except pa.ArrowInvalid:
        return pa.nulls(1, kind)


def _texts(batch: pa.RecordBatch, lines: Any, report: Report) -> pa.RecordBatch:
    """Bytes as strings, without the rows that are not UTF-8."""
    try:
        columns = [column.cast(pa.string()) for column in batch.columns]
    except pa.ArrowInvalid:
        good = np.array([all(_is_text(value) for value in row.values()) for row in batch.to_pylist()])
        report.read += int((~good).sum())
        report.drop("not UTF-8", lines[~good].tolist())
        return _texts(batch.filter(pa.array(good)), lines[good], report)
    return pa.record_batch([pa.array(lines), *columns], names=["line", *batch.schema.names])


def _is_text(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _numbered(rows: int, first: int, skipped: Any) -> Any:
    """Line numbers of `rows` read rows from line `first` on, where the lines `skipped` were left out."""
    lines = np.arange(first, first + rows + len(skipped), dtype=np.int64)
    return np.setdiff1d(lines, skipped, assume_unique=True)[:rows]
