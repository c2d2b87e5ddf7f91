"""Traffic from a plan: the same seed gives the same trace, byte for byte under one lock."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator import draws
from simulator.errors import BadInput
from simulator.traffic import blocks, keys
from simulator.traffic.chat_lengths import ChatLengths
from simulator.traffic.journey import Journey
from simulator.traffic.keys import Floats, Ints
from simulator.traffic.plan import Traffic
from simulator.traffic.planned import Planned, drawn, ranges, spoken
from simulator.traffic.trace import TRACE, Trace

Chats = Mapping[str, Sequence[ChatLengths]]
"""A user's chats, by the journey that sends them."""


def generate(traffic: Traffic, *, span_s: float, seed: int, chats: Chats | None = None) -> Trace:
    """Sessions that start in [0, span_s), with their turns.

    Only a first turn has `at`; `input_tokens` of a turn is the system prompt + all earlier messages and planned answers
    + the new message, told apart in `parts`. `prefix_hashes` name the full blocks of that stream (see `blocks`): those
    inside the system prompt are the same in all sessions that share it, and a turn's hashes begin with the previous
    turn's. Ids are `s<n>` and `s<n>.t<turn>`, n counting by start. A journey with prompts takes its lengths and block
    ids from its `chats`, by journey; `source_row` then numbers the chat.
    """
    starts = traffic.arrivals.times(span_s, keys.stream(seed, "arrivals"))
    weights = np.cumsum([journey.weight for journey in traffic.journeys])
    chosen = np.searchsorted(weights[:-1], keys.stream(seed, "journey").random(len(starts)), side="right")
    chats = chats or {}
    found = [_planned(one, np.flatnonzero(chosen == i), seed, chats) for i, one in enumerate(traffic.journeys)]
    rows = Planned.joined(found)
    return Trace(_table(traffic.journeys, chats, starts=starts, chosen=chosen, rows=rows), span_s)


def _planned(journey: Journey, sessions: Ints, seed: int, chats: Chats) -> Planned:
    if journey.prompts is None:
        return drawn(journey, sessions, seed)
    if journey.name not in chats:
        raise BadInput(f"the journey {journey.name} sends chats of {journey.prompts}; read them first")
    return spoken(journey, sessions, seed, chats[journey.name])


def _table(journeys: list[Journey], chats: Chats, *, starts: Floats, chosen: Ints, rows: Planned) -> pa.Table:
    """The rows as a table of `TRACE`."""
    journey = chosen[rows.session]
    lengths, parts = _parts(rows)
    tokens = np.add.reduceat(parts, np.cumsum(lengths) - lengths) if len(parts) else rows.system
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
        "prefix_hashes": _hashes(journeys, chats, chosen=chosen, rows=rows, tokens=tokens),
        "block_size": np.full(len(tokens), blocks.SIZE),
        "prompt_version": _names([one.prompts.name if one.prompts else one.prompt for one in journeys], journey),
        "user": pa.nulls(len(tokens)),
        "difficulty": pc.if_else(pa.array(says), difficulty, None),
        "source_row": pa.array(rows.chat, mask=rows.chat == 0),
        "parts": _list(lengths, parts, pa.int32()),
    }
    return pa.table({name: _cast(column, TRACE.field(name).type) for name, column in columns.items()}, schema=TRACE)


def _parts(rows: Planned) -> tuple[Ints, Ints]:
    """Per row: system, then message and answer in turn up to the row's own message; all rows flat.

    A row that stands alone has system and its message only.
    """
    stream = np.column_stack([rows.message, rows.answer]).ravel()
    lengths = np.where(rows.alone, 2, 2 * rows.turn)
    first_row = np.arange(len(rows.turn)) - np.where(rows.alone, 0, rows.turn - 1)
    place = ranges(lengths)
    source = np.repeat(2 * first_row, lengths) + place - 1
    return lengths, np.where(place == 0, np.repeat(rows.system, lengths), stream[source])


def _hashes(journeys: list[Journey], chats: Chats, *, chosen: Ints, rows: Planned, tokens: Ints) -> pa.Array:
    """One id per full block of every row's prompt."""
    counts = tokens // blocks.SIZE
    place = ranges(counts)
    own = keys.fold(_join("session:s", pa.array(np.arange(len(chosen)))))[rows.session]
    apart = np.flatnonzero(rows.alone)
    turns = _join("session:s", pa.array(rows.session[apart]), ".t", pa.array(rows.turn[apart]))
    own[apart] = keys.fold(turns)
    journey = chosen[rows.session]
    shared = np.array([draws.fold(f"prompt:{one.prompt}") for one in journeys], dtype=np.uint64)[journey]
    in_system = place < np.repeat(rows.system // blocks.SIZE, counts)
    ids = blocks.array(np.where(in_system, np.repeat(shared, counts), np.repeat(own, counts)), place)
    for number, one in enumerate(journeys):
        if one.prompts is not None:
            spots = np.repeat(journey == number, counts)
            ids[spots] = _held(chats[one.name], rows.chat[journey == number], counts[journey == number])
    return _list(counts, ids, pa.int64())


def _held(chats: Sequence[ChatLengths], numbers: Ints, counts: Ints) -> Ints:
    """The first `counts` block ids of the chats of these numbers, flat."""
    sizes = np.array([len(chat.ids) for chat in chats])
    first = (np.cumsum(sizes) - sizes)[numbers - 1]
    return np.concatenate([chat.ids for chat in chats])[np.repeat(first, counts) + ranges(counts)]


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
