"""Traffic from a plan: the same seed gives the same trace, byte for byte under one lock."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator import draws
from simulator.traffic import blocks, keys, normal
from simulator.traffic.journey import Journey
from simulator.traffic.keys import Floats
from simulator.traffic.plan import Traffic
from simulator.traffic.trace import TRACE, Trace

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Turns:
    """All turns of all sessions as arrays, session after session."""

    session: Ints
    """Index of the row's session, by start."""
    turn: Ints
    think_s: Floats
    message: Ints
    answer: Ints
    hard: npt.NDArray[np.bool_]
    alone: npt.NDArray[np.bool_]
    """A later turn that sends no history."""

    def take(self, order: Ints) -> "_Turns":
        return _Turns(*(getattr(self, name)[order] for name in self.__slots__))


def generate(traffic: Traffic, *, span_s: float, seed: int) -> Trace:
    """Sessions that start in [0, span_s), with their turns.

    Only a first turn has `at`; `input_tokens` of a turn is the system prompt + all earlier messages and planned answers
    + the new message, told apart in `parts`. `prefix_hashes` name the full blocks of that stream (see `blocks`): those
    inside the system prompt are the same in all sessions that share it, and a turn's hashes begin with the previous
    turn's. Ids are `s<n>` and `s<n>.t<turn>`, n counting by start.
    """
    starts = traffic.arrivals.times(span_s, keys.stream(seed, "arrivals"))
    weights = np.cumsum([journey.weight for journey in traffic.journeys])
    chosen = np.searchsorted(weights[:-1], keys.stream(seed, "journey").random(len(starts)), side="right")
    found = [_turns(one, np.flatnonzero(chosen == i), seed) for i, one in enumerate(traffic.journeys)]
    rows = _Turns(*(np.concatenate([getattr(part, name) for part in found]) for name in _Turns.__slots__))
    rows = rows.take(np.argsort(rows.session, kind="stable"))
    return Trace(_table(traffic.journeys, starts=starts, chosen=chosen, rows=rows), span_s)


def _turns(journey: Journey, sessions: Ints, seed: int) -> _Turns:
    """The turns of the sessions that take one journey."""

    def shares(name: str, count: int) -> Floats:
        return keys.stream(seed, f"journeys.{journey.name}.{name}").random(count)

    counts = _at_least_one(journey.turns.quantile(shares("turns", len(sessions))))
    rows = int(counts.sum())
    turn, asked = _ranges(counts) + 1, shares("input_tokens", rows)
    message = journey.input_tokens.quantile(asked)
    if journey.next_input_tokens is not None:
        message = np.where(turn > 1, journey.next_input_tokens.quantile(asked), message)
    answered = _correlated(asked, shares("output_tokens", rows), journey.correlation)
    return _Turns(
        session=np.repeat(sessions, counts),
        turn=turn,
        think_s=np.where(turn == 1, 0.0, journey.think.quantile(shares("think", rows))),
        message=_at_least_one(message),
        answer=_at_least_one(journey.output_tokens.quantile(answered)),
        hard=shares("hard", rows) < (journey.hard or 0.0),
        alone=(turn > 1) & (journey.history == "none"),
    )


def _correlated(asked: Floats, free: Floats, spearman: float) -> Floats:
    """Shares whose rank correlation with `asked` is `spearman`: a Gaussian copula with r = 2·sin(π·ρ/6)."""
    if not spearman:
        return free
    r = 2 * np.sin(np.pi * spearman / 6)
    return normal.share(r * normal.quantile(asked) + np.sqrt(1 - r * r) * normal.quantile(free))


def _table(journeys: list[Journey], *, starts: Floats, chosen: Ints, rows: _Turns) -> pa.Table:
    """The rows as a table of `TRACE`."""
    journey = chosen[rows.session]
    system = np.array([one.system_tokens for one in journeys], dtype=np.int64)[journey]
    lengths, parts = _parts(rows, system)
    tokens = np.add.reduceat(parts, np.cumsum(lengths) - lengths) if len(parts) else system
    session_id = _join("s", pa.array(rows.session))
    difficulty = pc.if_else(pa.array(rows.hard), "hard", "easy")
    says = np.array([one.hard is not None for one in journeys])[journey]
    columns: dict[str, Any] = {
        "request_id": _join(session_id, ".t", pa.array(rows.turn)),
        "session_id": session_id,
        "turn": rows.turn,
        "journey": _names([one.name for one in journeys], journey),
        "at": pa.array(starts[rows.session], mask=rows.turn > 1),
        "think_s": rows.think_s,
        "input_tokens": tokens,
        "output_tokens": rows.answer,
        "model": pa.nulls(len(tokens)),
        "prefix_hashes": _hashes(journeys, chosen=chosen, rows=rows, tokens=tokens, system=system),
        "block_size": np.full(len(tokens), blocks.SIZE),
        "prompt_version": _names([one.prompt for one in journeys], journey),
        "user": pa.nulls(len(tokens)),
        "difficulty": pc.if_else(pa.array(says), difficulty, None),
        "source_row": pa.nulls(len(tokens)),
        "parts": _list(lengths, parts, pa.int32()),
    }
    return pa.table({name: _cast(column, TRACE.field(name).type) for name, column in columns.items()}, schema=TRACE)


def _parts(rows: _Turns, system: Ints) -> tuple[Ints, Ints]:
    """Per row: system, then message and answer in turn up to the row's own message; all rows flat.

    A row that stands alone has system and its message only.
    """
    stream = np.column_stack([rows.message, rows.answer]).ravel()
    lengths = np.where(rows.alone, 2, 2 * rows.turn)
    first_row = np.arange(len(rows.turn)) - np.where(rows.alone, 0, rows.turn - 1)
    place = _ranges(lengths)
    source = np.repeat(2 * first_row, lengths) + place - 1
    return lengths, np.where(place == 0, np.repeat(system, lengths), stream[source])


def _hashes(journeys: list[Journey], *, chosen: Ints, rows: _Turns, tokens: Ints, system: Ints) -> pa.Array:
    """One id per full block of every row's prompt."""
    counts = tokens // blocks.SIZE
    place = _ranges(counts)
    own = keys.fold(_join("session:s", pa.array(np.arange(len(chosen)))))[rows.session]
    apart = np.flatnonzero(rows.alone)
    turns = _join("session:s", pa.array(rows.session[apart]), ".t", pa.array(rows.turn[apart]))
    own[apart] = keys.fold(turns)
    shared = np.array([draws.fold(f"prompt:{one.prompt}") for one in journeys], dtype=np.uint64)[chosen[rows.session]]
    in_system = place < np.repeat(system // blocks.SIZE, counts)
    name = np.where(in_system, np.repeat(shared, counts), np.repeat(own, counts))
    return _list(counts, blocks.array(name, place), pa.int64())


def _at_least_one(values: Floats) -> Ints:
    return np.maximum(1, np.rint(values)).astype(np.int64)


def _ranges(counts: Ints) -> Ints:
    """0, 1, …, count − 1 for every count, flat."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def _list(lengths: Ints, values: Ints, kind: pa.DataType) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, kind))


def _names(names: list[str], index: Ints) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(names))


def _join(*parts: Any) -> pa.Array:
    texts = [one if isinstance(one, str) else one.cast(pa.string()) for one in parts]
    return pc.binary_join_element_wise(*texts, "")


def _cast(column: Any, kind: pa.DataType) -> pa.Array:
    return (column if isinstance(column, pa.Array) else pa.array(column)).cast(kind)
