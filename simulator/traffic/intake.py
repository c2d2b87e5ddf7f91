"""From a log's rows to a trace: what is dropped, what is repaired, and the report that says so by line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator.errors import InvalidFile
from simulator.traffic.keys import Floats
from simulator.traffic.trace import TRACE, Trace
from simulator.units import count_text, seconds_text

ROWS = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("at_ns", pa.int64()),
        pa.field("input_tokens", pa.int64()),
        pa.field("output_tokens", pa.int64()),
        pa.field("request_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("ended_ns", pa.int64()),
        pa.field("model", pa.string()),
        pa.field("user", pa.string()),
        pa.field("journey", pa.string()),
        pa.field("prompt_version", pa.string()),
        pa.field("prefix_hashes", pa.list_(pa.int64())),
        pa.field("block_size", pa.int32()),
    ]
)
"""What a format gives: one row per request of the log, unknown as null. `line` counts from 1; times are nanoseconds on
any one clock (epoch or relative), whole numbers, so that differences are exact."""

SHOWN = 5
"""Line numbers given as examples per reason."""


@dataclass
class Report:
    """What happened to the rows of a file: read = kept + Σ dropped, always."""

    format: str
    read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    """The first lines per reason."""
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        return self.read - sum(self.dropped.values())

    def drop(self, reason: str, lines: Iterable[int]) -> None:
        """Count rows that are left out."""
        self._count(self.dropped, reason, list(lines))

    def repair(self, reason: str, lines: Iterable[int]) -> None:
        """Count rows that are kept, changed as the reason says."""
        self._count(self.repaired, reason, list(lines))

    def _count(self, counts: dict[str, int], reason: str, lines: list[int]) -> None:
        if lines:
            counts[reason] = counts.get(reason, 0) + len(lines)
            shown = self.lines.setdefault(reason, [])
            shown.extend(lines[: SHOWN - len(shown)])

    def text(self) -> str:
        """For people, one line per fact."""
        head = f"{self.format}: {count_text(self.read)} rows read, {count_text(self.kept)} kept"
        counted = [("dropped", self.dropped), ("repaired", self.repaired)]
        rest = [
            f"{word} {count_text(n)}: {why} ({self._at(why, n)})" for word, all_ in counted for why, n in all_.items()
        ]
        return "\n".join([head, *rest, *self.notes])

    def _at(self, reason: str, count: int) -> str:
        return f"line {', '.join(map(str, self.lines[reason]))}{', …' if count > SHOWN else ''}"


@dataclass(frozen=True, slots=True)
class Import:
    """A log as a trace, and what it took."""

    trace: Trace
    report: Report


class Rows:
    """Collects what a format reads, batch by batch, as columns of `ROWS`; columns that are not given stay unknown.

    `epoch`: whether times count from 1970 UTC, so that hours of the week are known.
    """

    def __init__(self, *, epoch: bool = False) -> None:
        self._batches: list[pa.RecordBatch] = []
        self._epoch = epoch

    def add(self, **columns: pa.Array) -> None:
        """One batch: arrays of the same length, `line` among them."""
        length = len(columns["line"])
        arrays = [columns.get(field.name, pa.nulls(length, field.type)).cast(field.type) for field in ROWS]
        self._batches.append(pa.record_batch(arrays, schema=ROWS))

    def clean(self, report: Report, *, path: Path) -> Import:
        """All that was added, as a trace: see `clean`."""
        rows = pa.Table.from_batches(self._batches, schema=ROWS).combine_chunks()
        return clean(rows, report, path=path, epoch=self._epoch)


def clean(rows: pa.Table, report: Report, *, path: Path, epoch: bool) -> Import:
    """Drop what cannot be replayed, repair what can by a stated rule, order by time, form sessions.

    Dropped: no time; no input tokens (missing, zero or negative); the repetition of a request id.
    Repaired: a missing, zero or negative answer length is planned as the median of the kept rows (the arrival was
    real, its answer is not known); rows out of order are sorted by time, ties by line.
    """
    report.read += rows.num_rows
    rows = _dropped(rows, report, "no time", rows.column("at_ns").is_null())
    rows = _dropped(rows, report, "no input tokens", _not_positive(rows.column("input_tokens")))
    rows = _dropped(rows, report, "a request id that was there before", _repeated(rows.column("request_id")))
    if not rows.num_rows:
        raise InvalidFile(f"{path}: no row that can be replayed; {report.text()}")
    rows = _with_answers(rows, report)
    rows = _in_order(rows, report)
    trace = _trace(rows, epoch=epoch)
    report.notes.append(
        f"span {seconds_text(trace.span_s)}, {len(trace) / max(trace.span_s, 1e-9):.3g} requests/s on average"
    )
    return Import(trace, report)


def _dropped(rows: pa.Table, report: Report, reason: str, bad: Any) -> pa.Table:
    report.drop(reason, rows.column("line").filter(bad).to_pylist())
    return rows.filter(pc.invert(bad))


def _not_positive(column: Any) -> Any:
    return pc.fill_null(pc.less_equal(column, 0), True)


def _repeated(ids: Any) -> Any:
    """True for all but the first row of every known id."""
    codes = ids.combine_chunks().dictionary_encode().indices
    known = codes.is_valid().to_numpy(zero_copy_only=False)
    _, first = np.unique(pc.fill_null(codes, -1).to_numpy(), return_index=True)
    is_first = np.zeros(len(codes), dtype=bool)
    is_first[first] = True
    return pa.array(known & ~is_first)


def _with_answers(rows: pa.Table, report: Report) -> pa.Table:
    unknown = _not_positive(rows.column("output_tokens"))
    if not pc.any(unknown).as_py():
        return rows
    known = rows.column("output_tokens").filter(pc.invert(unknown))
    if not len(known):
        raise InvalidFile("no row says how long its answer is; map a column of output tokens, or read another export")
    median = round(float(np.median(known.to_numpy())))
    report.repair(
        f"no answer length: planned as the median, {median} tokens", rows.column("line").filter(unknown).to_pylist()
    )
    planned = pc.if_else(unknown, pa.scalar(median, pa.int64()), rows.column("output_tokens"))
    return rows.set_column(rows.schema.get_field_index("output_tokens"), "output_tokens", planned)


def _in_order(rows: pa.Table, report: Report) -> pa.Table:
    at = rows.column("at_ns").to_numpy()
    late = np.flatnonzero(np.diff(at) < 0) + 1
    if not len(late):
        return rows
    report.repair("earlier than the row before it: sorted by time", rows.column("line").to_numpy()[late].tolist())
    return rows.take(np.argsort(at, kind="stable"))


def _trace(rows: pa.Table, *, epoch: bool) -> Trace:
    """Rows in time order as a trace, session after session, sessions by their start; time 0 is the first arrival."""
    row_number = pc.binary_join_element_wise("r", rows.column("line").cast(pa.string()), "")
    session = pc.coalesce(rows.column("session_id"), row_number).combine_chunks()
    codes = session.dictionary_encode().indices.to_numpy()  # numbered by first appearance, so by start
    order = np.argsort(codes, kind="stable")
    rows, codes, session = rows.take(order), codes[order], session.take(pa.array(order))
    first = np.concatenate([[True], codes[1:] != codes[:-1]])
    turn = np.arange(len(codes)) - np.flatnonzero(first)[np.cumsum(first) - 1] + 1
    zero = pc.min(rows.column("at_ns")).as_py()
    at = (rows.column("at_ns").to_numpy() - zero) / 1e9
    ids = pc.binary_join_element_wise(session, ".t", pa.array(turn).cast(pa.string()), "")
    columns = {
        **{
            name: rows.column(name)
            for name in ("input_tokens", "output_tokens", "model", "prompt_version", "user", "block_size")
        },
        "request_id": pc.coalesce(rows.column("request_id"), ids),
        "session_id": session,
        "turn": pa.array(turn, pa.int32()),
        "journey": pc.fill_null(rows.column("journey"), "recorded"),
        "at": pa.array(at, mask=~first),
        "think_s": pa.array(_think(rows, at, zero=zero, first=first)),
        "prefix_hashes": _or_empty(rows.column("prefix_hashes"), pa.int64()),
        "difficulty": pa.nulls(len(codes), pa.string()),
        "source_row": rows.column("line"),
        "parts": _or_empty(pa.nulls(len(codes), pa.list_(pa.int32())), pa.int32()),
    }
    return Trace(
        pa.table({name: columns[name] for name in TRACE.names}, schema=TRACE), _span(at), zero / 1e9 if epoch else None
    )


def _think(rows: pa.Table, at: Floats, *, zero: int, first: npt.NDArray[np.bool_]) -> Floats:
    """From the end of the previous turn (its start, where the log has no ends) to this turn's start; never negative."""
    ended = (rows.column("ended_ns").cast(pa.float64()).to_numpy() - zero) / 1e9  # null becomes NaN
    previous = np.roll(np.where(np.isnan(ended), at, ended), 1)
    return np.where(first, 0.0, np.maximum(0.0, at - previous))


def _span(at: Floats) -> float:
    """From first to last arrival and one mean gap more: rows ÷ span is the mean rate. 1 s where all come at once."""
    length, count = float(at.max()), len(at)
    return length * count / (count - 1) if length else 1.0


def _or_empty(lists: Any, kind: pa.DataType) -> Any:
    return pc.fill_null(lists, pa.scalar([], pa.list_(kind)))
