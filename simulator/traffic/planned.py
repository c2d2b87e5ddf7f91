"""The turns of sessions as arrays: what a journey's distributions draw, or what a user's chats hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.traffic import keys, normal
from simulator.traffic.chat_lengths import ChatLengths
from simulator.traffic.journey import Journey
from simulator.traffic.keys import Floats, Ints


@dataclass(frozen=True, slots=True)
class Planned:
    """All turns of some sessions, session after session."""

    session: Ints
    """Index of the row's session, by start."""
    turn: Ints
    think_s: Floats
    system: Ints
    message: Ints
    answer: Ints
    hard: npt.NDArray[np.bool_]
    alone: npt.NDArray[np.bool_]
    """A later turn that sends no history."""
    chat: Ints
    """Number of the user's chat that it sends, from 1; 0 for synthetic text."""

    @classmethod
    def joined(cls, parts: Sequence["Planned"]) -> "Planned":
        """All of them, ordered by session."""
        rows = cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))
        order = np.argsort(rows.session, kind="stable")
        return cls(*(getattr(rows, name)[order] for name in cls.__slots__))


def drawn(journey: Journey, sessions: Ints, seed: int) -> Planned:
    """The turns of the sessions that take a journey of synthetic text."""
    if journey.input_tokens is None:
        raise ValueError(f"journey {journey.name} says no lengths of its messages")
    counts = at_least_one(journey.turns.quantile(_shares(journey, "turns", seed, len(sessions))))
    rows = int(counts.sum())
    turn, asked = ranges(counts) + 1, _shares(journey, "input_tokens", seed, rows)
    message = journey.input_tokens.quantile(asked)
    if journey.next_input_tokens is not None:
        message = np.where(turn > 1, journey.next_input_tokens.quantile(asked), message)
    answered = _correlated(asked, _shares(journey, "output_tokens", seed, rows), journey.correlation)
    return Planned(
        session=np.repeat(sessions, counts),
        turn=turn,
        think_s=_think(journey, turn, seed),
        system=np.full(rows, journey.system_tokens, dtype=np.int64),
        message=at_least_one(message),
        answer=at_least_one(journey.output_tokens.quantile(answered)),
        hard=_hard(journey, seed, rows),
        alone=(turn > 1) & (journey.history == "none"),
        chat=np.zeros(rows, dtype=np.int64),
    )


def spoken(journey: Journey, sessions: Ints, seed: int, chats: Sequence[ChatLengths]) -> Planned:
    """The turns of the sessions that take a journey of a user's chats, each in turn, in an order of the seed's."""
    order = keys.stream(seed, f"journeys.{journey.name}.prompts").permutation(len(chats))
    chosen = order[np.arange(len(sessions)) % len(chats)]
    turns = np.array([chat.turns for chat in chats], dtype=np.int64)
    asked = np.array([size for chat in chats for size in chat.parts[1::2]], dtype=np.int64)
    known = np.array([size for chat in chats for size in _answers(chat)], dtype=np.int64)
    counts = turns[chosen]
    turn, rows = ranges(counts) + 1, int(counts.sum())
    place = np.repeat((np.cumsum(turns) - turns)[chosen], counts) + turn - 1
    planned = at_least_one(journey.output_tokens.quantile(_shares(journey, "output_tokens", seed, rows)))
    return Planned(
        session=np.repeat(sessions, counts),
        turn=turn,
        think_s=_think(journey, turn, seed),
        system=np.repeat(np.array([chat.parts[0] for chat in chats], dtype=np.int64)[chosen], counts),
        message=asked[place],
        answer=np.where(known[place] > 0, known[place], planned),
        hard=_hard(journey, seed, rows),
        alone=np.zeros(rows, dtype=bool),
        chat=np.repeat(chosen + 1, counts),
    )


def _answers(chat: ChatLengths) -> list[int]:
    """By turn; 0 for a last one that the chat does not hold."""
    held = list(chat.parts[2::2])
    return held + [0] * (chat.turns - len(held))


def _shares(journey: Journey, name: str, seed: int, count: int) -> Floats:
    return keys.stream(seed, f"journeys.{journey.name}.{name}").random(count)


def _think(journey: Journey, turn: Ints, seed: int) -> Floats:
    return np.where(turn == 1, 0.0, journey.think.quantile(_shares(journey, "think", seed, len(turn))))


def _hard(journey: Journey, seed: int, rows: int) -> npt.NDArray[np.bool_]:
    return _shares(journey, "hard", seed, rows) < (journey.hard or 0.0)


def _correlated(asked: Floats, free: Floats, spearman: float) -> Floats:
    """Shares whose rank correlation with `asked` is `spearman`: a Gaussian copula with r = 2·sin(π·ρ/6)."""
    if not spearman:
        return free
    r = 2 * np.sin(np.pi * spearman / 6)
    return normal.share(r * normal.quantile(asked) + np.sqrt(1 - r * r) * normal.quantile(free))


def at_least_one(values: Floats) -> Ints:
    """Whole lengths and counts."""
    return np.maximum(1, np.rint(values)).astype(np.int64)


def ranges(counts: Ints) -> Ints:
    """0, 1, …, count − 1 for every count, flat."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
