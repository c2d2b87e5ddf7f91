"""Rules over what is known of a request before it is served: `input_tokens > 2000 and journey = question`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from simulator.strategies.ranges import Between, Settles, either
from simulator.traffic.request import Request
from simulator.units import parse_count

NUMBERS = ("input_tokens", "output_tokens", "turn")
WORDS = ("journey", "difficulty", "user", "model", "prompt_version", "session_id")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. A word that is unknown (None) fits no test but `!=`."""

    field: str
    sign: str
    value: int | str

    @property
    def text(self) -> str:
        """As in a file."""
        return f"{self.field} {self.sign} {self.value.text if isinstance(self.value, Between) else self.value}"

    def fits(self, request: Request) -> bool:
        return _COMPARE[self.sign](getattr(request, self.field), self.value)


@dataclass(frozen=True, slots=True)
class Rules(Settles):
    """Tests that must all fit."""

    tests: tuple[Test, ...]

    @property
    def text(self) -> str:
        """As in a file."""
        return " and ".join(test.text for test in self.tests)

    def settled(self, value: Callable[[str, Between], Any], path: str) -> Self:
        tests = (
            replace(test, value=value(f"{path}.{test.field}", test.value)) if isinstance(test.value, Between) else test
            for test in self.tests
        )
        return replace(self, tests=tuple(tests))

    def fits(self, request: Request) -> bool:
        return all(test.fits(request) for test in self.tests)

    def fitting(self, fields: Mapping[str, NDArray[np.generic]]) -> NDArray[np.bool_]:
        """`fits` for columns of requests; an unknown word is an empty one there."""
        tests = (_COMPARE[test.sign](fields[test.field], test.value) for test in self.tests)
        return np.asarray(np.logical_and.reduce(list(tests)))


def parse_rule(value: Any) -> Rules:
    """A rule of one or more comparisons joined by `and`. Raises ValueError naming what is not understood."""
    if isinstance(value, Rules):
        return value
    return Rules(tuple(_test(part) for part in re.split(r"\s+and\s+", str(value).strip())))


def _test(text: str) -> Test:
    match = re.fullmatch(r"(\w+)\s*(>=|<=|!=|=|>|<)\s*(\S+)", text)
    if not match:
        raise ValueError(f"{text!r} is not a comparison; write input_tokens > 2000 or journey = question")
    name, sign, value = match.groups()
    if name in NUMBERS:
        return Test(name, sign, either(parse_count, value))
    if name not in WORDS:
        close = get_close_matches(name, (*NUMBERS, *WORDS), n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join((*NUMBERS, *WORDS))}"
        raise ValueError(f"{name!r} is not known of a request before it is served; {hint}")
    if sign not in ("=", "!="):
        raise ValueError(f"{name} is a word: compare it with = or !=, not {sign}")
    return Test(name, sign, value)


Rule = Annotated[
    Rules,
    BeforeValidator(parse_rule),
    PlainSerializer(lambda rule: rule.text),
    WithJsonSchema({"type": "string", "examples": ["input_tokens > 2000"]}),
]
"""A rule as a string of the file."""
