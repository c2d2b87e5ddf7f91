"""JSONL, JSON arrays and CSV as dictionaries with their line, and the numbers in them.

What is not readable is dropped and reported.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from simulator import delimited
from simulator.errors import InvalidFile
from simulator.traffic.imported import Report

Record = tuple[int, dict[str, Any]]


def records(path: Path, report: Report) -> Iterator[Record]:
    """Line (or element of an array) from 1, and the object. Blank lines are no rows; a CSV has texts or None."""
    with opened(path) as file:
        first = next((line for line in file if line.strip()), b"")
        file.seek(0)
        if first.lstrip().startswith(b"["):
            yield from _array(file, path)
        elif first.lstrip().startswith(b"{"):
            yield from _lines(file, report)
        else:
            yield from _csv(file, report)


def opened(path: Path) -> BinaryIO:
    """The file, decompressed where it is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path)) if packed else path.open("rb")


def number(text: Any) -> float | None:
    """A finite number, or None for what is not one."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) < float("inf") else None


def whole(text: Any) -> int | None:
    """A whole number; None for what is not one, fractions included."""
    value = number(text)
    return int(value) if value is not None and value == int(value) else None


def _array(file: BinaryIO, path: Path) -> Iterator[Record]:
    try:
        elements = json.loads(file.read())
    except ValueError as error:
        raise InvalidFile(f"{path}: not readable as JSON: {error}") from None
    yield from enumerate((one for one in elements if isinstance(one, dict)), 1)


def _lines(file: BinaryIO, report: Report) -> Iterator[Record]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            report.read += 1
            report.drop("not UTF-8" if isinstance(error, UnicodeDecodeError) else "not readable as JSON", [number])
            continue
        if isinstance(found, dict):
            yield number, found


def delimiter(header: str) -> str:
    """Of a CSV by its first line: a comma, or the semicolon or tab of a spreadsheet's export where there is none."""
    return next((sign for sign in ",;\t" if sign in header), ",")


def _csv(file: BinaryIO, report: Report) -> Iterator[Record]:
    lines = _texts(file, report)
    first = next(lines, "")
    rows = delimited.fields(chain([first], lines), delimiter=delimiter(first))
    header = [name.removeprefix("\ufeff").strip() for name in next(rows, (1, None))[1] or []]
    for line, fields in rows:
        if fields is None or (fields and len(fields) != len(header)):
            report.read += 1
            report.drop("not readable as CSV" if fields is None else "not as many fields as the header", [line])
        elif fields:
            yield line, {name: value or None for name, value in zip(header, fields, strict=True)}


def _texts(file: BinaryIO, report: Report) -> Iterator[str]:
    """Lines as text; one that is not UTF-8 is left empty, so that lines keep their numbers."""
    for number, line in enumerate(chain(file), 1):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            report.read += 1
            report.drop("not UTF-8", [number])
            yield "\n"
