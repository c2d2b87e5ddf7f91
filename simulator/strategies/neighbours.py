"""A second draw of how long a model takes: its answer to another request that had about as much to read.

One request has one recorded answer of a model. A label beside it, or a second racer, is slow or quick on its own: were
it given the same times, slowness would come twice where it comes once, and a model would never win against itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from simulator.strategies.drive import Answer

Row = Mapping[str, Any]


def neighbours(answered: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """By request and model: the answer of the same model that had the next more to read; its own where it is alone."""
    by_model: dict[str, list[Row]] = defaultdict(list)
    for row in answered:
        by_model[row["model"]].append(row)
    found: dict[tuple[str, str], Row] = {}
    for model, rows in by_model.items():
        rows.sort(key=lambda row: (_read(row), row["request_id"]))
        found |= {
            (one["request_id"], model): following for one, following in pairwise([*rows, rows[max(-2, -len(rows))]])
        }
    return found


def first_token_s(row: Row) -> float:
    """From the send; of an answer in one piece, all of it."""
    return float((row["first_token_at"] or row["ended_at"]) - row["sent_at"])


def at_pace_of(row: Row, answer: Answer) -> Answer:
    """The answer with its own tokens at another's pace: that time to the first token, then that time for each."""
    tokens, others = answer.column("output_tokens"), row["output_tokens"]
    if answer.first_token_s is None or row["first_token_at"] is None or not tokens or not others:
        return answer
    first, writing = first_token_s(row), row["ended_at"] - row["first_token_at"]
    return replace(answer, seconds=first + writing / max(1, others - 1) * (tokens - 1), first_token_s=first)


def _read(row: Row) -> int:
    return (row["input_tokens"] or 0) - (row["cache_read_tokens"] or 0)
