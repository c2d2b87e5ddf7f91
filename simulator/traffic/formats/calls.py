"""Tenfold's own calls.parquet: what a run sent, as a trace to send again, with the lengths that were measured.

A run's calls hold every rung; the first one (smallest scale) is read, the others are counted as left out. Of a request,
the attempt that was served stands for it, else its last answer attempt.
"""

from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from simulator.traffic.formats.format import Format, Head
from simulator.traffic.imported import Import, Report
from simulator.traffic.intake import Rows

RUNG = ("scale", "strategy", "replicate")


class Calls(Format):
    """The table `calls.CALLS`."""

    name: ClassVar[str] = "calls"

    def fits(self, head: Head) -> bool:
        return bool(head.columns) and head.names("call_id", "purpose", "scheduled_at", "served")

    def read(self, path: Path) -> Import:
        report, rows = Report(self.name), Rows("relative")
        table = parquet.read_table(path).append_column(
            "line", pa.array(range(1, parquet.read_metadata(path).num_rows + 1))
        )
        first = table.sort_by([("scale", "ascending")]).slice(0, 1).to_pylist()
        if first:
            table = self._only(table, report, "a call of another rung", _is_rung(table, first[0]))
        table = self._only(
            table, report, "no answer: a classifier or the like", pc.equal(table.column("purpose"), "answer")
        )
        table = table.sort_by([("served", "ascending"), ("attempt", "ascending")])
        standing = {row["request_id"]: row for row in table.to_pylist()}  # the last one stands
        lines = {row["line"] for row in standing.values()}
        report.read += table.num_rows - len(standing)
        report.drop(
            "another attempt of the same request", [n for n in table.column("line").to_pylist() if n not in lines]
        )
        rows.extend(_row(row) for row in standing.values())
        return rows.clean(report, path=path)

    def _only(self, table: pa.Table, report: Report, reason: str, keep: Any) -> pa.Table:
        left_out = table.column("line").filter(pc.invert(keep)).to_pylist()
        report.read += len(left_out)
        report.drop(reason, left_out)
        return table.filter(keep)


def _is_rung(table: pa.Table, rung: dict[str, Any]) -> Any:
    scale, strategy, replicate = (pc.equal(table.column(name), rung[name]) for name in RUNG)
    return pc.and_(scale, pc.and_(strategy, replicate))


def _row(call: dict[str, Any]) -> dict[str, Any]:
    same = ("line", "request_id", "session_id", "journey", "model", "prompt_version", "input_tokens", "output_tokens")
    ended = call["ended_at"]
    return {name: call[name] for name in same} | {
        "at_ns": round(call["scheduled_at"] * 1e9),
        "ended_ns": None if ended is None else round(ended * 1e9),
    }
