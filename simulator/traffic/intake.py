"""From a log's rows to a trace: what is dropped and what is repaired, by stated rules."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator.errors import InvalidFile
from simulator.traffic.imported import Import, Report
from simulator.traffic.keys import Floats
from simulator.traffic.trace import TRACE, Trace
from simulator.units import seconds_text

ROWS = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("at_ns", pa.int64()),
        pa.field("input_tokens", pa.int64()),
        pa.field("output_tokens", pa.int64()),
        pa.field("request_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("ended_ns", pa.int64()),
        pa.field("think_s", pa.float64()),
        pa.field("model", pa.string()),
        pa.field("user", pa.string()),
        pa.field("journey", pa.string()),
        pa.field("prompt_version", pa.string()),
        pa.field("prefix_hashes", pa.list_(pa.int64())),
        pa.field("block_size", pa.int32()),
        pa.field("parts", pa.list_(pa.int32())),
    ]
)
"""What a format gives: one row per request of the log, unknown as null. `line` counts from 1; times are nanoseconds on
any one clock (epoch or relative), whole numbers, so that differences are exact."""

BATCH = 16384
"""Rows held as dictionaries before they become columns."""


_MOST_NS = 1 << 62
"""146 years from the zero of a clock."""

Clock = Literal["epoch", "relative", "none"]
"""epoch: times count from 1970 UTC, so hours of the week are known · relative: from anywhere · none: no times."""


class Rows:
    """Collects what a format reads as columns of `ROWS`; columns that are not given stay unknown."""

    def __init__(self, clock: Clock) -> None:
        self._batches: list[pa.RecordBatch] = []
        self._pending: list[dict[str, Any]] = []
        self._unfit: list[int] = []
        self._clock = clock

    def add(self, **columns: pa.Array) -> None:
        """One batch: arrays of the same length, `line` among them."""
        length = len(columns["line"])
        arrays = [columns.get(field.name, pa.nulls(length, field.type)).cast(field.type) for field in ROWS]
        self._batches.append(pa.record_batch(arrays, schema=ROWS))

    def extend(self, rows: Iterable[dict[str, Any]]) -> None:
        """Rows as dictionaries, put into columns some thousands at a time."""
        self._pending.extend(rows)
        if len(self._pending) >= BATCH:
            self._flush()

    def clean(self, report: Report, *, path: Path) -> Import:
        """All that was added, as a trace: see `clean`."""
        self._flush()
        report.read += len(self._unfit)
        report.drop("a value that no request can have", self._unfit)
        rows = pa.Table.from_batches(self._batches, schema=ROWS).combine_chunks()
        return clean(rows, report, path=path, clock=self._clock)

    def _flush(self) -> None:
        self._put(self._pending)
        self._pending = []

    def _put(self, rows: list[dict[str, Any]]) -> None:
        """As one batch; where one row has what a column cannot hold (text for a count, 10³⁰ tokens), all but that."""
        try:
            self._batches.append(pa.RecordBatch.from_pylist(rows, schema=ROWS))
        except (TypeError, ValueError, OverflowError):  # Arrow's own errors are kinds of the first two
            if len(rows) == 1:
                self._unfit.append(rows[0]["line"])
                return
            middle = len(rows) // 2
            self._put(rows[:middle])
            self._put(rows[middle:])


def clean(rows: pa.Table, report: Report, *, path: Path, clock: Clock) -> Import:
    """Drop what cannot be replayed, repair what can by a stated rule, order by time, form sessions.

    Dropped: no time; no input tokens (missing, zero or negative); the repetition of a request id.
    Repaired: a missing, zero or negative answer length is planned as the median of the kept rows (the arrival was
    real, its answer is not known); rows out of order are sorted by time, ties by line.
    """
    report.read += rows.num_rows
    rows = _within_time(rows)
    if clock == "none":
        rows = _with_starts(rows, report)
    rows = _dropped(rows, report, "no time", rows.column("at_ns").is_null())
    rows = _dropped(rows, report, "no input tokens", _not_positive(rows.column("input_tokens")))
    rows = _dropped(rows, report, "a request id that was there before", _repeated(rows.column("request_id")))
    if not rows.num_rows:
        raise InvalidFile(f"{path}: no row that can be replayed; {report.text()}")
    rows = _with_answers(rows, report, path)
    rows = _in_order(rows, report)
    if clock != "none":
        _note_ticks(rows, report)
    trace = _trace(rows, clock=clock)
    report.notes.append(
        f"span {seconds_text(trace.span_s)}, {len(trace) / max(trace.span_s, 1e-9):.3g} requests/s on average"
    )
    return Import(trace, report)


def _with_starts(rows: pa.Table, report: Report) -> pa.Table:
    """For a log without a clock: one session per second, in the order of the file."""
    session = pc.coalesce(rows.column("session_id"), _row_names(rows)).combine_chunks()
    index = session.dictionary_encode().indices.cast(pa.int64())
    report.notes.append(
        "the log has no times: sessions start one per second; `tenfold trace convert --rate 2/s` sets another"
    )
    known = pc.fill_null(rows.column("think_s"), 0.0)
    rows = rows.set_column(rows.schema.get_field_index("think_s"), "think_s", known)
    rows = rows.set_column(rows.schema.get_field_index("at_ns"), "at_ns", pc.multiply(index, 10**9))
    return rows.take(np.argsort(index.to_numpy(), kind="stable"))


def _within_time(rows: pa.Table) -> pa.Table:
    """Times so far out that their differences would not fit 64 bits are no times."""
    for name in ("at_ns", "ended_ns"):
        column = rows.column(name)
        fits = pc.and_(pc.less(column, _MOST_NS), pc.greater(column, -_MOST_NS))
        rows = rows.set_column(rows.schema.get_field_index(name), ROWS.field(name), pc.if_else(fits, column, None))
    return rows


def _note_ticks(rows: pa.Table, report: Report) -> None:
    """Say where a log rounds its times so coarsely that short-term burstiness is the clock's, not the users'."""
    gaps = np.diff(rows.column("at_ns").to_numpy())  # in time order by now
    ticks = gaps[gaps > 0]
    if rows.num_rows >= 100 and len(ticks) + 1 < rows.num_rows / 2:
        tick = seconds_text(float(np.median(ticks)) / 1e9) if len(ticks) else "one instant"
        report.notes.append(f"times come in ticks of {tick}: burstiness below that is an artefact of the log")


def _dropped(rows: pa.Table, report: Report, reason: str, bad: Any) -> pa.Table:
    report.drop(reason, rows.column("line").filter(bad).to_pylist())
    return rows.filter(pc.invert(bad))


def _not_positive(column: Any) -> Any:
    return pc.fill_null(pc.less_equal(column, 0), True)


def _repeated(ids: Any) -> Any:
    """True for all but the first row of every known id."""
    if ids.null_count == len(ids):
        return pa.array(np.zeros(len(ids), dtype=bool))
    codes = ids.combine_chunks().dictionary_encode().indices
    known = codes.is_valid().to_numpy(zero_copy_only=False)
    _, first = np.unique(pc.fill_null(codes, -1).to_numpy(), return_index=True)
    is_first = np.zeros(len(codes), dtype=bool)
    is_first[first] = True
    return pa.array(known & ~is_first)


def _with_answers(rows: pa.Table, report: Report, path: Path) -> pa.Table:
    unknown = _not_positive(rows.column("output_tokens"))
    if not pc.any(unknown).as_py():
        return rows
    known = rows.column("output_tokens").filter(pc.invert(unknown))
    if not len(known):
        raise InvalidFile(
            f"{path}: no row says how long its answer is; map a column of output tokens, or read another export"
        )
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


def _trace(rows: pa.Table, *, clock: Clock) -> Trace:
    """Rows in time order as a trace, session after session, sessions by their start; time 0 is the first arrival."""
    session = pc.coalesce(rows.column("session_id"), _row_names(rows)).combine_chunks()
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
        "parts": _or_empty(rows.column("parts"), pa.int32()),
    }
    return Trace(
        pa.table({name: columns[name] for name in TRACE.names}, schema=TRACE),
        _span(at),
        zero / 1e9 if clock == "epoch" else None,
    )


def _think(rows: pa.Table, at: Floats, *, zero: int, first: npt.NDArray[np.bool_]) -> Floats:
    """From the end of the previous turn (its start, where the log has no ends) to this turn's start; never negative."""
    ended = (
        pc.subtract(rows.column("ended_ns"), zero).cast(pa.float64(), safe=False).to_numpy() / 1e9
    )  # null becomes NaN
    previous = np.roll(np.where(np.isnan(ended), at, ended), 1)
    said = rows.column("think_s").to_numpy()  # null becomes NaN
    return np.where(first, 0.0, np.where(np.isnan(said), np.maximum(0.0, at - previous), np.maximum(0.0, said)))


def _span(at: Floats) -> float:
    """From first to last arrival and one mean gap more: rows ÷ span is the mean rate. 1 s where all come at once."""
    length, count = float(at.max()), len(at)
    return length * count / (count - 1) if length else 1.0


def _row_names(rows: pa.Table) -> Any:
    """The session of a row that has none: `r` and its line."""
    return pc.binary_join_element_wise("r", rows.column("line").cast(pa.string()), "")


def _or_empty(lists: Any, kind: pa.DataType) -> Any:
    if lists.null_count == len(lists):
        return pa.ListArray.from_arrays(pa.array(np.zeros(len(lists) + 1, dtype=np.int32)), pa.array([], kind))
    return pc.fill_null(lists, pa.scalar([], pa.list_(kind)))
