"""What a trace or log format promises, and the base of those whose rows are JSON objects or CSV lines."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from simulator.traffic.imported import Import, Report
from simulator.traffic.intake import Clock, Rows
from simulator.traffic.records import delimiter, records

RowsOf = Callable[[dict[str, Any]], Iterator[dict[str, Any]]]
"""From a record to columns of `intake.ROWS`."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file: enough to tell its format."""

    text: str
    """Decompressed; empty for Parquet."""
    columns: tuple[str, ...] = ()
    """Of a Parquet file."""

    def names(self, *fields: str) -> bool:
        """Whether all fields are there: as a column of Parquet, in a CSV's header, or as a key in JSON."""
        if self.columns:
            return set(fields) <= set(self.columns)
        if self.text.lstrip()[:1] in ("{", "["):
            return all(f'"{name}"' in self.text for name in fields)
        header = self.text.lstrip("\ufeff").split("\n", 1)[0].strip()
        return set(fields) <= {name.strip().strip('"') for name in header.split(delimiter(header))}


class Format(ABC):
    """One way to write down requests. A subclass sets `name`."""

    name: ClassVar[str]

    @abstractmethod
    def fits(self, head: Head) -> bool:
        """Whether a file that begins like this is of this format; at most one format may say so."""

    @abstractmethod
    def read(self, path: Path) -> Import:
        """The file as a trace. Raises `InvalidFile` where it is not of this format or has no usable row."""

    def doubt(self, _: Import) -> str | None:
        """Why a file that was recognised, not named, may be another one; None where nothing speaks for that."""
        return None


class Skip(Exception):
    """Raised in `rows` for a record that is no request to replay; its text is the reason in the report."""


class RecordFormat(Format):
    """A format of one record per request (or session). A subclass sets `marks` and gives `rows`."""

    marks: ClassVar[tuple[str, ...]]
    """Fields that tell the format."""
    never: ClassVar[tuple[str, ...]] = ()
    """Fields that tell another one."""
    clock: ClassVar[Clock] = "epoch"

    def fits(self, head: Head) -> bool:
        return head.names(*self.marks) and not any(head.names(name) for name in self.never)

    @abstractmethod
    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Columns of `intake.ROWS` (without `line`) of the requests in one record; raises `Skip` for none."""

    def read(self, path: Path) -> Import:
        report, rows = Report(self.name), Rows(self.clock)
        for line, record in records(path, report):
            add(record, line=line, rows_of=self.rows, rows=rows, report=report)
        return rows.clean(report, path=path)


def add(record: dict[str, Any], *, line: int, rows_of: RowsOf, rows: Rows, report: Report) -> None:
    """Put one record's requests into `rows`, or its reason into the report."""
    try:
        rows.extend({"line": line, **row} for row in list(rows_of(record)))
    except Skip as reason:
        report.read += 1
        report.drop(str(reason), [line])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError):
        report.read += 1
        report.drop(f"not a record of {report.format}", [line])
