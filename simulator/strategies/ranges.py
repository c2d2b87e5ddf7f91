"""Numbers that nobody knows well: `15%..30%` for hits, `$3..$6` for a case. A run takes the middle, a what-if draws.

Every value from one end to the other is as likely (uniform), so that no draw lies where the file does not say.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, PlainSerializer, PlainValidator, WithJsonSchema

from simulator import units
from simulator.draws import uniform

M = TypeVar("M", bound=BaseModel)
N = TypeVar("N", float, int, Decimal)
_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")


class Between:
    """A range that calculates as its middle: mixed into a type of number, so that nothing else need know of it."""

    low: Any
    high: Any
    text: str
    """As it stands in the file."""

    def at(self, share: float) -> Any:
        """The plain number this far from the low end (0) to the high one (1)."""
        return _at(self.low, self.high, share)


class _Float(Between, float):
    """Shares and seconds."""


class _Int(Between, int):
    """Counts."""


class _Decimal(Between, Decimal):
    """Dollars."""


_KINDS: dict[type, type[Between]] = {float: _Float, int: _Int, Decimal: _Decimal}


def _between(low: Any, high: Any, text: str) -> Any:
    kind: Any = _KINDS[type(low)]
    number = kind(_at(low, high, 0.5))
    number.low, number.high, number.text = low, high, text
    return number


def _at(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, int):
        return round(low + (high - low) * share)
    return low + (high - low) * (Decimal(repr(share)) if isinstance(low, Decimal) else share)


def either(parse: Callable[[object], N], value: object) -> N:
    """A number, or a range of two in whose place its middle stands. Raises ValueError."""
    ends = _RANGE.fullmatch(value) if isinstance(value, str) else None
    if ends is None:
        return parse(value)
    low, high = (parse(end) for end in ends.groups())
    if low >= high:
        raise ValueError(f"{value!r}: a range goes from its low end to its high end, as in 15%..30%")
    found: N = _between(low, high, f"{ends[1]}..{ends[2]}")
    return found


def _number(parse: Callable[[object], Any], plain: Callable[[Any], Any], example: str) -> tuple[Any, ...]:
    def write(value: Any) -> Any:
        return value.text if isinstance(value, Between) else plain(value)

    schema = {"type": ["string", "number"], "examples": [example]}
    return PlainValidator(partial(either, parse)), PlainSerializer(write), WithJsonSchema(schema)


Share = Annotated[float, *_number(units.parse_share, float, "20%")]
Duration = Annotated[float, *_number(units.parse_duration, lambda v: f"{v!r}s", "30s")]
Count = Annotated[int, *_number(units.parse_count, int, "450k")]
Usd = Annotated[Decimal, *_number(units.parse_usd, lambda v: format(v, "f"), "$5,000")]
"""The types of `units`, each also as a range."""


def found(tree: BaseModel) -> dict[str, Between]:
    """Every range of a bound tree, by the path of its node and its option: `routed.cache.hits`."""
    ranges: dict[str, Between] = {}

    def note(path: str, between: Between) -> Between:
        ranges[path] = between
        return between

    settled(tree, note)
    return ranges


def shares(path: str, *, seed: int, count: int) -> list[float]:
    """Draws of the range at `path`: one from each of `count` equal parts of it, in an order of its own.

    A Latin hypercube (McKay, Beckman and Conover 1979): each range is covered evenly, and no order depends on another.
    """
    keys = [uniform(seed, path, "range", number) for number in range(count)]
    rank = {number: place for place, number in enumerate(sorted(range(count), key=keys.__getitem__))}
    return [(rank[number] + 0.5) / count for number in range(count)]


def at_share(tree: M, share: float) -> M:
    """The tree with every range settled this far from its low end (0) to its high one (1)."""
    return settled(tree, lambda _, between: between.at(share))


def settled(tree: M, value: Callable[[str, Between], object]) -> M:
    """A copy of the tree with `value` in place of each range."""
    copy: M = _settled(tree, value, "")
    return copy


def _settled(part: Any, value: Callable[[str, Between], object], path: str) -> Any:
    if isinstance(part, Between):
        return value(path, part)
    if isinstance(part, dict):
        return {key: _settled(inner, value, f"{path}.{key}") for key, inner in part.items()}
    if isinstance(part, (list, tuple)):
        return type(part)(_settled(inner, value, f"{path}.{number}") for number, inner in enumerate(part))
    if isinstance(part, BaseModel):
        names, inside = type(part).model_fields, getattr(part, "_path", "") or path
        places = {name: f"{inside}.{field.alias or name}" for name, field in names.items()}
        return part.model_copy(update={n: _settled(getattr(part, n), value, place) for n, place in places.items()})
    return part
