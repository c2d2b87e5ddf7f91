"""CSV as people export it: with whole prompts in its fields, and perhaps with a line that is none."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from simulator.errors import InvalidFile

csv.field_size_limit(2**31 - 1)  # the module's own 131,072 characters are less than many a prompt


def fields(lines: Iterable[str], *, delimiter: str = ",") -> Iterator[tuple[int, list[str] | None]]:
    """Line number and fields; None for a line that is no CSV, as one with a carriage return of its own."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            found: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            found = None
        yield reader.line_num, found


def rows(lines: Iterable[str], *, name: str, needs: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and row by the header's columns, what is beyond them under None.

    Raises `InvalidFile` at a line that is no CSV, and for a header without the column `needs`; `name` stands for the
    file.
    """
    reader = csv.DictReader(lines)
    try:
        header = reader.fieldnames or ()
        if needs is not None and needs not in header:
            raise InvalidFile(f"{name}:1:1: no column `{needs}`; it has {', '.join(header) or 'nothing'}")
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise InvalidFile(f"{name}:{reader.reader.line_num}:1: not readable as CSV: {error}") from None
