"""Numbers that nobody knows well: `15%..30%` for hits, `$3..$5..$9` for a case. A run takes one, a what-if draws.

With two ends every value between them is as likely (uniform), and a run takes the middle. With a likely value between,
the density rises to it and falls again in straight lines (triangular: what simulation texts use where there are no data
but three estimates, as Law, Simulation Modeling and Analysis, 6.11), and a run takes the likely one. No draw lies where
the file does not say.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, PlainSerializer, PlainValidator, WithJsonSchema

from simulator import units
from simulator.draws import uniform

M = TypeVar("M", bound=BaseModel)
N = TypeVar("N", float, int, Decimal)


class Between:
    """A range that calculates as what a run takes: mixed into a type of number, so that nothing else knows of it."""

    low: Any
    high: Any
    likely: Any = None
    """None: no value between the ends is likelier than another."""
    text: str
    """As it stands in the file."""

    @property
    def taken(self) -> Any:
        """What a run takes, as a plain number."""
        return _at(self.low, self.high, 0.5) if self.likely is None else self.likely

    @property
    def taken_text(self) -> str:
        """The same in words."""
        return f"the {'middle' if self.likely is None else 'likely value'} of {self.text}"

    def at(self, share: float) -> Any:
        """The plain number below which this share of all draws lies: 0 is the low end, 1 the high one."""
        if self.likely is None:
            return _at(self.low, self.high, share)
        mode = float((self.likely - self.low) / (self.high - self.low))
        rising = share < mode
        return _at(self.low, self.high, math.sqrt(share * mode) if rising else 1 - math.sqrt((1 - share) * (1 - mode)))


class _Float(Between, float):
    """Shares, seconds and rates."""


class _Int(Between, int):
    """Counts."""


class _Decimal(Between, Decimal):
    """Dollars."""


class Settles(ABC):
    """What settles its ranges itself: because its numbers hang together, or because it is no model."""

    @abstractmethod
    def settled(self, value: Callable[[str, Between], Any], path: str) -> Self:
        """A copy with `value` in place of each range; `path` is the option's own."""


_KINDS: dict[type, type[Between]] = {float: _Float, int: _Int, Decimal: _Decimal}


def _between(low: Any, likely: Any, high: Any, text: str) -> Any:
    kind: Any = _KINDS[type(low)]
    number = kind(_at(low, high, 0.5) if likely is None else likely)
    number.low, number.likely, number.high, number.text = low, likely, high, text
    return number


def _at(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, int):
        return round(low + (high - low) * share)
    return low + (high - low) * (Decimal(repr(share)) if isinstance(low, Decimal) else share)


def either(parse: Callable[[object], N], value: object) -> N:
    """A number, or a range of two or three in whose place stands what a run takes. Raises ValueError."""
    ends = [end.strip() for end in value.split("..")] if isinstance(value, str) else []
    if not 2 <= len(ends) <= 3 or not all(ends):
        return parse(value)
    low, *likely, high = map(parse, ends)
    if low >= high or (likely and not low <= likely[0] <= high):
        raise ValueError(f"{value!r}: a range goes from its low end to its high end, as in 15%..30% or 15%..20%..30%")
    found: N = _between(low, likely[0] if likely else None, high, "..".join(ends))
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
Rate = Annotated[float, *_number(units.parse_rate, lambda v: f"{v!r}/s", "2.5/s")]
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


def settled(tree: M, value: Callable[[str, Between], Any]) -> M:
    """A copy of the tree with `value` in place of each range."""
    copy: M = _settled(tree, value, "")
    return copy


def _settled(part: Any, value: Callable[[str, Between], Any], path: str) -> Any:
    if isinstance(part, Between):
        return value(path, part)
    if isinstance(part, dict):
        return {key: _settled(inner, value, f"{path}.{key}") for key, inner in part.items()}
    if isinstance(part, (list, tuple)):
        return type(part)(_settled(inner, value, f"{path}.{number}") for number, inner in enumerate(part))
    if isinstance(part, Settles):
        return part.settled(value, path)
    return settled_options(part, value, path) if isinstance(part, BaseModel) else part


def settled_options(part: M, value: Callable[[str, Between], Any], path: str) -> M:
    """A copy of a model with `value` in place of each range of its options."""
    names, inside = type(part).model_fields, getattr(part, "_path", "") or path
    places = {name: f"{inside}.{field.alias or name}" for name, field in names.items()}
    return part.model_copy(update={n: _settled(getattr(part, n), value, place) for n, place in places.items()})
