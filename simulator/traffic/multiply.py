"""More of the same traffic. What "10×" means is named, because its meanings differ twenty-fold in peak rate."""

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator import draws
from simulator.errors import BadInput
from simulator.traffic import blocks, keys
from simulator.traffic.keys import Floats, Keys
from simulator.traffic.trace import Trace

Meaning = Literal["clone", "independent", "worst", "compress"]
MEANINGS: dict[Meaning, str] = {
    "clone": "every user gets k − 1 others like them, who start within the jitter of the same moment",
    "independent": "k populations that know nothing of each other: the same day, each shifted at random; optimistic",
    "worst": "everybody at once: k users at every start, to the millisecond",
    "compress": "the same users in a k-th of the time; peaks and thinking are squeezed too: for smoke tests only",
}
MAX_JITTER_S = 60.0
"""Default jitter, or a twentieth of the span where that is shorter: load keeps its minutes, copies do not collide."""


def default_jitter(span_s: float) -> float:
    """Seconds around the original's start within which a clone starts."""
    return min(MAX_JITTER_S, span_s / 20)


def multiply(
    trace: Trace, scale: float, *, meaning: Meaning = "clone", seed: int, jitter_s: float | None = None
) -> Trace:
    """`scale` times the sessions on the same clock (`compress`: the same sessions on a faster clock).

    A clone's ids are derived: session `s12` becomes `s12#3`, its requests `s12#3.t1`, …; think times and turn order are
    kept. Users and the session's own prompt blocks are renamed, shared blocks are not. A start that jitter moves out of
    the window comes in at its other end, so no load piles up at the edges. A fraction keeps whole sessions by hash:
    the sessions of 0.3× are among those of 0.5×. Depends on `seed` and ids only.
    """
    if meaning not in MEANINGS:
        raise BadInput(f"{meaning!r} is not a way to multiply; use one of {', '.join(MEANINGS)}")
    if scale <= 0:
        raise BadInput(f"a scale must be more than 0, got {scale:g}")
    if jitter_s is not None and jitter_s < 0:
        raise BadInput(f"a jitter must be 0 or more seconds, got {jitter_s:g}")
    if meaning == "compress":
        return _compressed(trace, scale)
    jitter_s = default_jitter(trace.span_s) if jitter_s is None else jitter_s
    folded = keys.fold(trace.table.column("session_id").combine_chunks())
    shared = _shared(trace.table) if scale > 1 else np.empty(0, np.bool_)
    copies = [_first(trace.table) if scale > 1 else trace.table]
    for number in range(2, math.ceil(scale) + 1):
        offset = _offset(trace, meaning, number=number, seed=seed, jitter_s=jitter_s, folded=folded)
        copies.append(_clone(trace, str(number), offset_s=offset, shared=shared))
    part = scale - int(scale)
    if part:
        copies[-1] = copies[-1].filter(pa.array(keys.uniform(folded, seed=seed, path="multiply.keep") < part))
    return Trace(pa.concat_tables(copies), trace.span_s, trace.epoch_s)


def _first(table: pa.Table) -> pa.Table:
    """Sessions that a log itself calls `chat#7` would read as copies of `chat`: among copies they are `chat#7#1`."""
    own = table.column("session_id")
    named = pc.if_else(pc.match_substring_regex(own, r"#[0-9]+$"), _join(own, "#1"), own)
    return _changed(table, {"session_id": named, "request_id": _requests(table, named, "")})


def _requests(table: pa.Table, session: Any, suffix: str) -> Any:
    """Names of the requests of sessions that got other names: `s12#3.t1`; those of the log's own get the suffix."""
    turn = table.column("turn").cast(pa.string())
    ours = pc.equal(table.column("request_id"), _join(table.column("session_id"), ".t", turn))
    return pc.if_else(ours, _join(session, ".t", turn), _join(table.column("request_id"), suffix))


def _changed(table: pa.Table, columns: dict[str, Any]) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
    return table


def _offset(trace: Trace, meaning: Meaning, *, number: int, seed: int, jitter_s: float, folded: Keys) -> Floats | float:
    """By how much clone `number` of each session starts later (or earlier) than its original."""
    if meaning == "independent":  # one shift for the whole population, so that it keeps bursts of its own
        return draws.uniform(seed, "multiply.shift", str(number)) * trace.span_s
    if meaning == "worst":
        return 0.0
    return (2 * keys.uniform(folded, seed=seed, path="multiply.jitter", number=number) - 1) * jitter_s


def _clone(trace: Trace, number: str, *, offset_s: Floats | float, shared: npt.NDArray[np.bool_]) -> pa.Table:
    """One more of every session, with names of its own."""
    table, suffix = trace.table, f"#{number}"
    session = _join(table.column("session_id"), suffix)
    at = pc.fill_null(table.column("at"), 0.0).to_numpy()
    moved = np.mod(at + offset_s, trace.span_s) if trace.span_s else at
    moved = np.where(moved >= trace.span_s, 0.0, moved)  # the modulo of a tiny negative number rounds up to the span
    changed = {
        "request_id": _requests(table, session, suffix),
        "session_id": session,
        "at": pa.array(moved, mask=table.column("at").is_null().to_numpy()),
        "user": _join(table.column("user"), suffix),
        "prefix_hashes": _renamed(table.column("prefix_hashes").combine_chunks(), number, shared),
    }
    return _changed(table, changed)


def _renamed(hashes: pa.Array, number: str, shared: npt.NDArray[np.bool_]) -> pa.Array:
    ids = hashes.flatten().to_numpy(zero_copy_only=False)
    kept = np.where(shared, ids, blocks.renamed(ids, number))
    return pa.ListArray.from_arrays(_offsets(hashes), pa.array(kept, pa.int64()))


def _shared(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Per block id of the table, flat: whether it is inside the system prompt, or stands in more than one session."""
    hashes = table.column("prefix_hashes").combine_chunks()
    ids = hashes.flatten().to_numpy(zero_copy_only=False)
    counts = pc.list_value_length(hashes).to_numpy(zero_copy_only=False)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    in_system = np.arange(len(ids)) - starts < np.repeat(_system_blocks(table), counts)
    session = np.repeat(np.cumsum(table.column("at").is_valid().to_numpy()), counts)
    return np.asarray(in_system | _in_several(ids, session))


def _in_several(ids: npt.NDArray[np.int64], session: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Per row, whether its id stands in more than one session."""
    if not len(ids):
        return np.empty(0, np.bool_)
    order = np.argsort(ids)
    begins = np.flatnonzero(np.append(True, np.diff(ids[order]) != 0))
    ordered = session[order]
    differ = np.minimum.reduceat(ordered, begins) != np.maximum.reduceat(ordered, begins)
    several = np.empty(len(ids), np.bool_)
    several[order] = np.repeat(differ, np.diff(np.append(begins, len(ids))))
    return several


def _system_blocks(table: pa.Table) -> npt.NDArray[np.int64]:
    """Full blocks inside each row's system prompt, where `parts` says how long it is."""
    parts = table.column("parts").combine_chunks()
    known = pc.list_value_length(parts).to_numpy(zero_copy_only=False) > 0
    starts = parts.offsets.to_numpy()[:-1]
    values = np.append(parts.values.to_numpy(zero_copy_only=False), 0)
    system = np.where(known, values[np.where(known, starts, 0)], 0)
    return np.asarray(system // pc.fill_null(table.column("block_size"), blocks.SIZE).to_numpy())


def _compressed(trace: Trace, scale: float) -> Trace:
    table = _first(trace.table) if scale > 1 else trace.table
    squeezed = {name: pc.divide(table.column(name), scale) for name in ("at", "think_s")}
    return Trace(_changed(table, squeezed), trace.span_s / scale, trace.epoch_s)


def _offsets(lists: pa.Array) -> pa.Array:
    counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32())


def _join(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")
