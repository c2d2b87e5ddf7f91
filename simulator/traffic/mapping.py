"""Any CSV, JSON or JSONL, by a YAML file that says which column is what."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.traffic.formats.format import Skip, add
from simulator.traffic.imported import Import, Report
from simulator.traffic.instant import nanoseconds
from simulator.traffic.intake import Clock, Rows
from simulator.traffic.records import number, records, whole

Column = Annotated[str, Field(min_length=1)]
"""A column's name; dots go into nested objects, as in `usage.prompt_tokens`."""
_NEEDED = ("columns.at", "columns.input_tokens", "columns.output_tokens")
_NANOSECONDS = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}


class Columns(yamlfile.FileModel):
    """Our names for a log's columns."""

    at: Column | None = None
    """None: the log has no times, and sessions get starts of their own."""
    ended: Column | None = None
    input_tokens: Column
    output_tokens: Column
    request_id: Column | None = None
    session_id: Column | None = None
    model: Column | None = None
    user: Column | None = None
    journey: Column | None = None
    prompt_version: Column | None = None


class Mapping(yamlfile.FileModel):
    """How to read one kind of log."""

    columns: Columns
    time_unit: Literal["s", "ms", "us", "ns"] | None = None
    """Of numbers. None: ISO 8601, or a Unix time told by its size; other numbers are refused, not guessed."""
    only: dict[str, str] = Field(default_factory=dict)
    """Rows that count: column → the text that it must have."""


class Mapped:
    """A log read by a mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        named = [(f"columns.{name}", column) for name, column in mapping.columns if column is not None]
        self._unseen = dict([*named, *((f"only.{column}", column) for column in mapping.only)])
        """What no record has had yet, by its place in the mapping."""

    def read(self, path: Path) -> Import:
        """The file as a trace."""
        mapping, report = self._mapping, Report("mapped")
        clock: Clock = "relative" if mapping.time_unit else "epoch"
        rows = Rows("none" if mapping.columns.at is None else clock)
        first: dict[str, Any] = {}
        for line, record in records(path, report):
            first = first or record
            self._check_time(record, place=f"{path}:{line}")
            self._see(record)
            add(record, line=line, rows_of=self.rows, rows=rows, report=report)
        if first:
            self._tell_unseen(path, first, report)
        return rows.clean(report, path=path)

    def _see(self, record: dict[str, Any]) -> None:
        if self._unseen:
            absent = {where: name for where, name in self._unseen.items() if name not in record}
            self._unseen = {where: name for where, name in absent.items() if value(record, name) is None}

    def _tell_unseen(self, path: Path, first: dict[str, Any], report: Report) -> None:
        """Raises `InvalidFile` for a column that rows hang on and none has; any other is a note."""
        said = {where: f"no row has a {name!r} ({where} of the mapping)" for where, name in self._unseen.items()}
        if any(where in _NEEDED or where.startswith("only.") for where in said):
            raise InvalidFile(
                *(f"{path}: {text}" for text in said.values()), f"{path}: its rows have {', '.join(first)}"
            )
        report.notes += said.values()

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The one request in a record."""
        for column, wanted in self._mapping.only.items():
            if str(value(record, column)) != wanted:
                raise Skip(f"{column} is not {wanted}")
        found = {name: value(record, column) for name, column in self._mapping.columns if column is not None}
        yield {
            "at_ns": self._instant(found.pop("at", None)),
            "ended_ns": self._instant(found.pop("ended", None)),
            "input_tokens": whole(found.pop("input_tokens")),
            "output_tokens": whole(found.pop("output_tokens")),
            **{name: None if one is None else str(one) for name, one in found.items()},
        }

    def _instant(self, written: Any) -> int | None:
        unit, count = self._mapping.time_unit, number(written)
        if unit and count is not None:
            return round(count * _NANOSECONDS[unit])
        return None if written is None else nanoseconds(written)

    def _check_time(self, record: dict[str, Any], *, place: str) -> None:
        column = self._mapping.columns.at
        written = value(record, column) if column else None
        if self._mapping.time_unit is None and number(written) is not None and nanoseconds(written) is None:
            raise InvalidFile(f"{place}: {column} is {written}: say its unit, as in `time_unit: ms` (s, ms, us or ns)")


def read(path: Path, mapping: Path) -> Import:
    """Read a log by a mapping file."""
    return Mapped(yamlfile.load(mapping, Mapping)).read(path)


def value(record: dict[str, Any], column: str) -> Any:
    """The value of a column; a name that is there as it stands goes before dots. None where there is none."""
    if column in record:
        return record[column]
    found: Any = record
    for name in column.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
