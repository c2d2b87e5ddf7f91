"""What a provider's prompt cache still holds for a strategy that changes models within a session.

A recorded answer read as much from the cache as the strategy that asked for it had kept warm there: a model that
answers every turn finds all of the turn before. Asked again after others have answered, it finds what it had read right
after it last saw the session, and at first only what sessions share:

    read(turn i, last asked at turn j) = min(read(i), read(j + 1)), where j + 1 is the first turn if it was never asked

That needs no rule of the provider's but how long it keeps a prefix that nobody uses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.strategies.drive import Answer
from simulator.traffic.keys import Floats, Ints
from simulator.traffic.request import Request

Row = Mapping[str, Any]
WRITES = ("cache_write_5m_tokens", "cache_write_1h_tokens")
UNCACHED = dict.fromkeys(("cache_read_tokens", *WRITES), 0)
"""The columns of a call that no cache had a part in."""

IDLE_S = 300.0
"""OpenAI: 5 to 10 minutes of inactivity; Anthropic: 5 minutes since the last use. Assumed where no profile says it."""
_STEP, _LEAST_CACHED = 128, 1024
"""OpenAI's guide to prompt caching: readings come in steps of 128 from 1,024 tokens on. Those seen may be finer."""
_LEAST = 30
"""Answers below which no slope is fitted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model read of one turn's prompt, in the strategy whose answer stands in."""

    tokens: int | None
    """From the cache; None where the provider did not say."""
    at: float
    """When it was sent."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How one model's prompts are cached, as its answers show it."""

    written_as: str | None
    """The meter of what is put into the cache; None where the provider tells no writes, and it is plain input."""
    seconds_each: float
    """To the first token, of a token that is not read from the cache."""
    step: int
    """What every reading is a multiple of; 0 where nothing was ever read."""
    least: int
    """The shortest prompt that is cached."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Habit":
        written_as = next((meter for meter in WRITES if any(row[meter] for row in rows)), None)
        reads = [row["cache_read_tokens"] for row in rows if row["cache_read_tokens"]]
        if not reads:
            return cls(written_as, seconds_per_token(rows), 0, 0)
        return cls(written_as, seconds_per_token(rows), gcd(*reads, _STEP), min(*reads, _LEAST_CACHED))

    def again(self, answer: Answer) -> int:
        """Tokens that the same prompt reads from the cache if it is sent once more at once: what was put there."""
        read = answer.column("cache_read_tokens") or 0
        if self.written_as:
            return read + sum(answer.column(meter) or 0 for meter in WRITES)
        whole = (answer.column("input_tokens") or 0) // self.step * self.step if self.step else 0
        return max(read, whole) if whole >= self.least else read


@dataclass(frozen=True, slots=True)
class Warmth:
    """The recorded readings by session, turn and model, and how long a prefix lasts."""

    readings: Mapping[tuple[str, int, str], Reading]
    habits: Mapping[str, Habit]
    idle_s: float

    @classmethod
    def of(cls, answered: Sequence[Row], *, idle_s: float = IDLE_S) -> "Warmth":
        """From the answer that stands in for each request and model."""
        readings = {
            (r["session_id"], r["turn"], r["model"]): Reading(r["cache_read_tokens"], r["sent_at"]) for r in answered
        }
        by_model: dict[str, list[Row]] = {}
        for row in answered:
            by_model.setdefault(row["model"], []).append(row)
        return cls(readings, {model: Habit.of(mine) for model, mine in by_model.items()}, idle_s)

    def lost(self, request: Request, model: str, *, last: int) -> int:
        """Tokens that a model read from its cache and would not have, last asked at turn `last` (0: never).

        0 where that is unknown, and where it was asked the turn before: then the reading itself says it.
        """
        session, turn = request.session_id, request.turn
        here = self.readings.get((session, turn, model))
        if here is None or not here.tokens or last >= turn - 1:
            return 0
        seen = self.readings.get((session, last, model))
        if seen is not None and here.at - seen.at > self.idle_s:
            last = 0
        then = self.readings.get((session, last + 1, model))
        return 0 if then is None or then.tokens is None else max(0, here.tokens - then.tokens)

    def cooled(self, answer: Answer, model: str, request: Request, *, last: int) -> Answer:
        """A recorded answer with what it lost read anew: billed in full, or as written, and that much later."""
        read = answer.column("cache_read_tokens") or 0
        lost = min(read, self.lost(request, model, last=last))
        if not lost:
            return answer
        habit, columns = self.habits[model], {"cache_read_tokens": read - lost, "usage_source": "assumed"}
        if habit.written_as:
            columns[habit.written_as] = (answer.column(habit.written_as) or 0) + lost
        return _later(answer, lost * habit.seconds_each, columns)

    def warmed(self, answer: Answer, model: str) -> Answer:
        """A recorded answer to a prompt that the same model has just begun to answer elsewhere: read from the cache.

        Not before that, as Anthropic's guide to prompt caching has it for requests sent side by side; the rehearsed
        provider keeps to it.
        """
        habit = self.habits[model]
        gained = habit.again(answer) - (answer.column("cache_read_tokens") or 0)
        if gained <= 0:
            return answer
        columns = {"cache_read_tokens": habit.again(answer), "usage_source": "assumed"}
        return _later(answer, -gained * habit.seconds_each, columns | dict.fromkeys(WRITES))


def _later(answer: Answer, seconds: float, columns: Mapping[str, Any]) -> Answer:
    """The answer with its first token, and all after it, at another time, and other columns."""
    first = answer.first_token_s
    moved = seconds if first is None else max(seconds, -first)
    return replace(
        answer,
        seconds=max(0.0, answer.seconds + moved),
        first_token_s=None if first is None else first + moved,
        columns={**(answer.columns or {}), **columns},
    )


def lost_tokens(asked: NDArray[np.bool_], reads: Ints, at: Floats, first: Ints, *, idle_s: float) -> Ints:
    """`Warmth.lost` of one model over columns in the order of sessions and turns, 0 where it was not asked.

    `reads` is -1 where it is unknown; `first` is the place of the first turn of each one's session.
    """
    place = np.arange(len(asked))
    latest = np.maximum.accumulate(np.where(asked, place, -1))
    last = np.concatenate([[-1], latest[:-1]])
    known = last >= first
    stale = known & (at - at[np.maximum(last, 0)] > idle_s)
    then = np.where(known & ~stale, last + 1, first)
    lost = np.where(asked & ((last < place - 1) | ~known), reads - reads[then], 0)
    return np.asarray(np.where((reads >= 0) & (reads[then] >= 0), np.maximum(lost, 0), 0))


def seconds_per_token(rows: Iterable[Row]) -> float:
    """How much longer one token that is not cached takes to the first one: least squares over answers, 0 or more.

    0 where there are few answers, or their prompts are all alike: then times stay as recorded.
    """
    points = [
        (row["input_tokens"] - row["cache_read_tokens"], row["first_token_at"] - row["sent_at"])
        for row in rows
        if None not in (row["input_tokens"], row["cache_read_tokens"], row["first_token_at"])
    ]
    if len(points) < _LEAST:
        return 0.0
    uncached, seconds = np.array(points, dtype=float).T
    spread = float(((uncached - uncached.mean()) ** 2).sum())
    return max(0.0, float(((uncached - uncached.mean()) * seconds).sum()) / spread) if spread else 0.0
