"""What every distribution of lengths and times promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from simulator.traffic.keys import Floats
from simulator.units import parse_count, parse_duration
from simulator.yamlfile import FileModel

QUANTITIES = ("value", "values", "median", "mean", "min", "max")
"""Parameters of these names carry the unit of the result: tokens, turns or seconds. The others are plain numbers."""


Quantity = Annotated[float, WithJsonSchema({"type": ["string", "number"], "examples": [70, "2k", "1.2s"]})]
"""The type of those parameters: editors accept `1.2s` and `2k`; models hold a float in the unit of the result."""


class Distribution(FileModel, ABC):
    """A distribution told by its quantile function, so that lengths can be correlated and draws stay comparable.

    A subclass sets `kind: Literal["…"]`; its parameters are floats, already in the unit of the result.
    """

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """The values below which a share `u` (in [0, 1)) lies. Non-decreasing in `u`."""


class OrAlone:
    """For editors: where a distribution may stand, a single value may, too."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": ["string", "number"], "examples": [500, "2s"]}, handler(schema)]}


def in_seconds(written: Any) -> Any:
    """For a distribution of times, as written: `{kind: …, median: 1.2s}`, or `2s` alone for a constant."""
    return _in(written, parse_duration)


def in_units(written: Any) -> Any:
    """For a distribution of tokens or turns, as written: `{kind: …, median: 70, max: 2k}`, or `500` alone."""
    return _in(written, _parse_amount)


def _in(written: Any, parse: Callable[[object], float]) -> Any:
    if isinstance(written, Distribution):
        return written
    if not isinstance(written, dict):
        return {"kind": "constant", "value": parse(written)}
    return {name: _each(value, parse) if name in QUANTITIES else value for name, value in written.items()}


def _each(value: object, parse: Callable[[object], float]) -> Any:
    return [parse(one) for one in value] if isinstance(value, list) else parse(value)


def _parse_amount(value: object) -> float:
    """A mean may have decimals (1.8 turns); anything else is a whole count as in `units`."""
    try:
        return float(str(value))
    except ValueError:
        return float(parse_count(value))
