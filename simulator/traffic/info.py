"""What is in a trace: rows, rates, burstiness, lengths, sessions, prefix reuse, and the shape of the week."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.figures import Figures
from simulator.traffic import reading, shape
from simulator.traffic.imported import Import, Report
from simulator.traffic.keys import Floats, Ints
from simulator.traffic.trace import Trace

WINDOWS = {"1s": 1.0, "10s": 10.0, "60s": 60.0}
_HOUR, _HOURS_OF_WEEK = 3600, 168
_MONDAY = 4 * 86400
"""Seconds from the Unix epoch, a Thursday, to the first Monday 00:00 UTC."""


class Spread(Figures):
    """A sample by its quantiles."""

    mean: float
    min: float
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


class Turns(Figures):
    """How sessions divide into turns."""

    per_session: Spread
    multi_turn_sessions: float
    """Share of sessions with more than one turn."""
    multi_turn_requests: float
    """Share of requests that belong to such sessions."""


class Info(Figures):
    """A trace in figures. Rates are requests per second, with later turns at the session's start plus think times.

    Turns that fall after the window count in lengths and sessions, not in rates.
    """

    format: str
    rows: int
    dropped: dict[str, int]
    repaired: dict[str, int]
    span_s: float
    mean_rate: float
    peak_rate: dict[str, float | None]
    cv: float | None
    """Of the gaps between requests."""
    dispersion: dict[str, float | None]
    input_tokens: Spread | None
    output_tokens: Spread | None
    spearman: float | None
    """Rank correlation of input and output length."""
    sessions: int
    turns: Turns | None
    think_s: Spread | None
    """Over later turns; None where there are none."""
    prefix_reuse: float | None
    """Share of input tokens in leading blocks seen before, with a cache that forgets nothing; None without hashes."""
    hour_of_week: list[float | None] | None
    """Rate per hour from Monday 00:00 UTC ÷ mean; None for an hour hardly covered, and where no date is known."""


NEEDED = ("turn", "at", "think_s", "input_tokens", "output_tokens", "prefix_hashes", "block_size")
"""Columns that the figures are made of."""


def of_file(path: Path, *, form: str | None = None) -> tuple[Import, Info]:
    """A file and its figures; of a trace.parquet, only the needed columns are read. `form` as in `reading.read`."""
    read = reading.read(path, form=form, columns=NEEDED)
    return read, info(read)


def info(read: Import) -> Info:
    """The figures of a file that was read."""
    return of_trace(read.trace, read.report)


def of_trace(trace: Trace, report: Report | None = None) -> Info:
    """The figures of a trace, with what its reading reported."""
    report = report or Report("tenfold", read=len(trace))
    table, rates = trace.table, _rates(trace)
    sent, answered = (table.column(name).to_numpy() for name in ("input_tokens", "output_tokens"))
    turn = table.column("turn").to_numpy()
    return Info(
        format=report.format,
        rows=len(trace),
        dropped=report.dropped,
        repaired=report.repaired,
        span_s=trace.span_s,
        **rates,
        input_tokens=spread(sent),
        output_tokens=spread(answered),
        spearman=shape.spearman(sent, answered),
        sessions=int((turn == 1).sum()),
        turns=_turns(turn),
        think_s=spread(table.column("think_s").filter(pa.array(turn > 1)).to_numpy()),
        prefix_reuse=prefix_reuse(trace),
    )


def _rates(trace: Trace) -> dict[str, Any]:
    """The figures of due times. Apart, so that their arrays are gone before those of lengths come."""
    clock, span_s = trace.clock(), trace.span_s
    due = clock[clock < span_s]
    del clock
    due.sort()
    return {
        "mean_rate": len(due) / span_s,
        "peak_rate": {name: shape.peak_rate(due, window, span_s) for name, window in WINDOWS.items()},
        "cv": shape.cv(due),
        "dispersion": {name: shape.dispersion(due, window, span_s) for name, window in WINDOWS.items()},
        "hour_of_week": _hour_of_week(due, trace),
    }


def spread(values: Floats | Ints) -> Spread | None:
    """None for no values."""
    if not len(values):
        return None
    p50, p90, p95, p99 = np.quantile(values, [0.5, 0.9, 0.95, 0.99])
    return Spread(mean=values.mean(), min=values.min(), p50=p50, p90=p90, p95=p95, p99=p99, max=values.max())


def turns_per_session(turn: Ints) -> Ints:
    """From the turn numbers of a trace's rows."""
    return turn[np.append(turn[1:] == 1, True)] if len(turn) else turn


def prefix_reuse(trace: Trace) -> float | None:
    """Token-weighted hit rate of an unbounded prefix cache, requests taken as they are due if answers take no time."""
    hashes = trace.table.column("prefix_hashes").combine_chunks()
    if not len(hashes.flatten()):
        return None
    order = np.argsort(trace.clock(), kind="stable")
    hashes = hashes.take(order)
    blocks = hashes.flatten().to_numpy(zero_copy_only=False)
    counts = pc.list_value_length(hashes).to_numpy(zero_copy_only=False)
    row = np.repeat(np.arange(len(counts)), counts)
    _, first, group = np.unique(blocks, return_index=True, return_inverse=True)
    new = row == row[first][group]
    # Leading hits: blocks of a row before its first new one.
    unbroken = np.cumsum(new) - np.repeat(np.cumsum(np.append(0, new))[np.cumsum(counts) - counts], counts) == 0
    tokens = trace.table.column("input_tokens").to_numpy()[order]
    size = pc.fill_null(trace.table.column("block_size"), 0).to_numpy()[order]
    hit = np.bincount(row[unbroken], minlength=len(counts)) * size
    return float(np.minimum(hit, tokens).sum() / tokens.sum())


def _turns(turn: Ints) -> Turns | None:
    sizes = turns_per_session(turn)
    per_session = spread(sizes)
    if per_session is None:
        return None
    several = sizes > 1
    return Turns(
        per_session=per_session,
        multi_turn_sessions=several.mean(),
        multi_turn_requests=sizes[several].sum() / sizes.sum(),
    )


def _hour_of_week(due: Floats, trace: Trace) -> list[float | None] | None:
    """Requests per covered second of each hour, over the mean; hours covered for under ten minutes are None."""
    if trace.epoch_s is None or not len(due):
        return None
    start = trace.epoch_s - _MONDAY
    edges = np.arange(start // _HOUR, (start + trace.span_s) // _HOUR + 1) * _HOUR
    hours = (edges // _HOUR % _HOURS_OF_WEEK).astype(int)
    each = np.diff(np.searchsorted(due, np.append(edges, edges[-1] + _HOUR) - start))
    asked = np.bincount(hours, weights=each, minlength=_HOURS_OF_WEEK)
    covered_s = np.minimum(edges + _HOUR, start + trace.span_s) - np.maximum(edges, start)
    covered = np.bincount(hours, weights=covered_s, minlength=_HOURS_OF_WEEK)
    mean = len(due) / trace.span_s
    return [float(n / s / mean) if s >= _HOUR / 6 else None for n, s in zip(asked, covered, strict=True)]
