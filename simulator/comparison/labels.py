"""Judgements of answers that a team brings: one line per request and model, in JSON lines or CSV."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from simulator import delimited
from simulator.comparison.judges import Judge
from simulator.errors import InvalidFile
from simulator.run.percentiles import Floats
from simulator.yamlfile import read_text

K = TypeVar("K")
V = TypeVar("V")
_NEEDED = ("request_id", "model", "quality")


@dataclass(frozen=True, slots=True)
class Labels(Judge):
    """How good each model's answer to each request is, from 0 to 1; of a request its segment and score, where said."""

    quality: Mapping[tuple[str, str], float]
    """By request and model."""
    segment: Mapping[str, str]
    score: Mapping[str, float] = field(default_factory=dict)
    """A router's own, by request: the higher, the sooner it goes to the strong model."""

    @property
    def says(self) -> str:
        return "the mean of the labels"

    def of(self, requests: Sequence[str], models: Sequence[str], valid: Floats) -> Floats:
        del valid
        said = (self.quality.get(one, np.nan) for one in zip(requests, models, strict=True))
        return np.fromiter(said, dtype=float, count=len(requests))

    @classmethod
    def read(cls, path: Path) -> "Labels":
        """Columns `request_id, model, quality`, perhaps `segment`, `score`. Raises InvalidFile with each bad line."""
        quality: dict[tuple[str, str], float] = {}
        segment: dict[str, str] = {}
        score: dict[str, float] = {}
        problems = []
        for number, row in _rows(path):
            try:
                request, model = row["request_id"], row["model"]
                _put(quality, (request, model), _share(row["quality"]), f"the quality of {model} on {request}")
                if row.get("score") not in (None, ""):
                    _put(score, request, float(row["score"]), f"the score of {request}")
                if row.get("segment"):
                    _put(segment, request, str(row["segment"]), f"the segment of {request}")
            except (KeyError, TypeError, ValueError) as error:
                problems.append(f"{path}:{number}:1: {_problem(error)}")
        if problems or not quality:
            raise InvalidFile(*problems or [f"{path}: no labels; each line needs {', '.join(_NEEDED)}"])
        return cls(quality, segment, score)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and fields."""
    lines = io.StringIO(read_text(path))
    if path.suffix == ".csv":
        yield from delimited.rows(lines, name=str(path))
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(line, f"{path}:{number}:1")


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InvalidFile(f"{place}: not a line of JSON: {error}") from None
    if not isinstance(row, dict):
        raise InvalidFile(f"{place}: each line is an object with {', '.join(_NEEDED)}")
    return row


def _put(said: dict[K, V], key: K, value: V, what: str) -> None:
    """Raises ValueError where another line said something else: neither may win unseen."""
    if said.setdefault(key, value) != value:
        raise ValueError(f"{what} is {said[key]} on a line above and {value} here; give one")


def _share(value: Any) -> float:
    try:
        quality = float(value)
    except ValueError:
        raise ValueError(f"quality must be a number from 0 to 1, got {value!r}") from None
    if not 0 <= quality <= 1:
        raise ValueError(f"quality lies between 0 and 1, got {value}; scale a judge's 1 to 10 as (score − 1)/9")
    return quality


def _problem(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing; each line needs {', '.join(_NEEDED)}"
    return str(error)
