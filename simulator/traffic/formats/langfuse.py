"""Langfuse's export of observations, as JSON, JSONL, CSV or Parquet: generations with their usage.

`usage_details` divides the input into kinds that do not overlap (`input`, `input_cached_tokens`, …), so input is their
sum; the same holds for output.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat, Skip, add
from simulator.traffic.imported import Import, Report
from simulator.traffic.instant import nanoseconds
from simulator.traffic.intake import Rows


class Langfuse(RecordFormat):
    """`id, trace_id, session_id, type, start_time, end_time, provided_model_name, usage_details, …`."""

    name: ClassVar[str] = "langfuse"
    marks: ClassVar[tuple[str, ...]] = ("trace_id", "type", "start_time", "usage_details")

    def read(self, path: Path) -> Import:
        from pyarrow import parquet

        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                return super().read(path)
        report, rows = Report(self.name), Rows("epoch")
        for line, record in enumerate(parquet.read_table(path).to_pylist(), 1):
            add(record, line=line, rows_of=self.rows, rows=rows, report=report)
        return rows.clean(report, path=path)

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if record["type"] != "GENERATION":
            raise Skip("not a generation")
        usage = _details(record["usage_details"])
        yield {
            "at_ns": nanoseconds(record["start_time"]),
            "ended_ns": nanoseconds(record.get("end_time")),
            "input_tokens": _sum(usage, "input"),
            "output_tokens": _sum(usage, "output"),
            "request_id": record.get("id"),
            "session_id": record.get("session_id"),
            "model": record.get("provided_model_name"),
            "user": record.get("user_id"),
            "prompt_version": _version(record),
        }


def _details(written: Any) -> dict[str, int]:
    """An object, the JSON text of one (CSV), or the pairs of a Parquet map."""
    found = json.loads(written) if isinstance(written, str) and written else written
    return {name: int(value) for name, value in dict(found or {}).items() if value is not None}


def _sum(usage: dict[str, int], side: str) -> int | None:
    counts = [value for name, value in usage.items() if name.startswith(side)]
    return sum(counts) if counts else None


def _version(record: dict[str, Any]) -> str | None:
    name, version = record.get("prompt_name"), record.get("prompt_version")
    return f"{name}@{version}" if name and version is not None else name
