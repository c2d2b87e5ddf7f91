"""Answers in a form that was asked for: JSON, or JSON that fits a schema, as long as the answer is planned."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from simulator import draws
from simulator.check import compiled
from simulator.provider import answers

_HOLE = "\u0000"
"""Stands where words may be put, in a string that has no length or pattern of its own."""
_DEEPEST = 24
_PROSE = " and so on"
"""What a model that loses the form ends with."""


@dataclass(frozen=True, slots=True)
class Format:
    """JSON before and behind the place where words go; without a place, all of it stands before."""

    head: str
    tail: str | None


ANY = Format('{"text":"', '"}')
"""For a request that wants a JSON object of any kind."""


def wanted(body: Mapping[str, Any]) -> Format | None:
    """What a request's body asks for, in the words of OpenAI's chat, its responses, or Anthropic's messages.

    Raises ValueError for a schema that is none, or that no answer can be made up for.
    """
    asked = body.get("response_format") or _inside(body, "text") or _inside(body, "output_config")
    kind = asked.get("type") if isinstance(asked, Mapping) else None
    if kind == "json_object":
        return ANY
    if kind != "json_schema" or not isinstance(asked, Mapping):
        return None
    named = asked.get("json_schema")
    schema = (named if isinstance(named, Mapping) else asked).get("schema")
    if not isinstance(schema, Mapping):
        raise ValueError("a format of type json_schema needs its schema")  # noqa: TRY004  # told to the caller
    return _fitting(json.dumps(schema, sort_keys=False))


def pieces(asked: Format, key: str, tokens: int, *, kept: bool) -> list[str]:
    """The answer with this key, token by token; it loses the form at its end where it is not `kept`."""
    if asked.tail is None or tokens < 2:
        found = _spread(asked.head + (asked.tail or ""), tokens)
    else:
        start, words = answers.first_word(key), answers.WORDS
        said = (" " + words[(start + index) % len(words)] for index in range(tokens - 2))
        found = [asked.head, *said, asked.tail]
    return found if kept else [*found[:-1], _PROSE]


def keeps(validity: float, *, seed: int, key: str) -> bool:
    """Whether the answer with this key keeps the form, as a model does that keeps it with this probability."""
    return validity >= 1 or draws.uniform(seed, "provider.validity", key) < validity


def _inside(body: Mapping[str, Any], name: str) -> Any:
    value = body.get(name)
    return value.get("format") if isinstance(value, Mapping) else None


def _spread(text: str, tokens: int) -> list[str]:
    """A text without a place for words over that many tokens: cut, or with white space behind it."""
    parts = min(tokens, len(text))
    cuts = [round(index * len(text) / parts) for index in range(parts + 1)]
    return [text[a:b] for a, b in pairwise(cuts)] + ["\n"] * (tokens - parts)


@lru_cache(maxsize=64)
def _fitting(schema_text: str) -> Format:
    schema = json.loads(schema_text)
    validator = compiled(schema)
    hole: list[str] = [_HOLE]
    made = _made(schema, schema, hole, depth=0)
    text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
    mark = json.dumps(_HOLE)[1:-1]
    head, found, tail = text.partition(mark)
    problem = next(validator.iter_errors(json.loads(text.replace(mark, " the"))), None)
    if problem is not None:
        raise ValueError(f"no answer can be made up for this schema: {str(problem).splitlines()[0]}")
    return Format(head, tail if found else None)


def _made(schema: Any, root: Mapping[str, Any], hole: list[str], *, depth: int) -> Any:
    """The plainest value that fits; the first free string takes the hole."""
    if depth > _DEEPEST:
        raise ValueError("no answer can be made up for this schema: it nests without an end")
    if not isinstance(schema, Mapping):
        return hole.pop() if hole else ""  # `true` allows everything
    if "$ref" in schema:
        return _made(_referred(str(schema["$ref"]), root), root, hole, depth=depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        if not schema["enum"]:
            raise ValueError("no answer can be made up for this schema: an enum without a value")
        return schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _first_that_works(choices, root, hole, depth=depth)
    makers = {"object": _object, "array": _array}
    kind = _kind(schema)
    if kind in makers:
        return makers[kind](schema, root, hole, depth=depth + 1)
    return _scalar(kind, schema, hole)


def _kind(schema: Mapping[str, Any]) -> str:
    said = schema.get("type")
    if isinstance(said, list):
        said = next((one for one in said if one != "null"), "null")
    return said or ("object" if "properties" in schema else "array" if "items" in schema else "string")


def _first_that_works(choices: Sequence[Any], root: Mapping[str, Any], hole: list[str], *, depth: int) -> Any:
    for number, choice in enumerate(choices):
        try:
            return _made(choice, root, hole, depth=depth + 1)
        except ValueError:
            if number == len(choices) - 1:
                raise
    return None


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], hole: list[str], *, depth: int) -> dict[str, Any]:
    """Required properties; all of them where none is."""
    known = schema.get("properties") or {}
    names = schema.get("required") or list(known)
    return {name: _made(known.get(name, True), root, hole, depth=depth) for name in names}


def _array(schema: Mapping[str, Any], root: Mapping[str, Any], hole: list[str], *, depth: int) -> list[Any]:
    first = list(schema.get("prefixItems") or ())
    count = min(max(schema.get("minItems", 1), len(first)), schema.get("maxItems", math.inf))
    items = [*first, *[schema.get("items", True)] * max(0, int(count) - len(first))]
    return [_made(item, root, hole, depth=depth) for item in items[: int(count)]]


def _scalar(kind: str, schema: Mapping[str, Any], hole: list[str]) -> Any:
    if kind == "string":
        if "pattern" in schema:
            raise ValueError(f"no answer can be made up for this schema: pattern {schema['pattern']!r}")
        if hole and not {"maxLength", "format"} & schema.keys():
            return hole.pop()
        return "x" * schema.get("minLength", 0)
    if kind in ("integer", "number"):
        least = max(0, schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
        step = schema.get("multipleOf", 1)
        return math.ceil(least / step) * step
    return kind == "boolean" or None


def _referred(pointer: str, root: Mapping[str, Any]) -> Any:
    """What a reference within the schema names."""
    if not pointer.startswith("#"):
        raise ValueError(f"{pointer} is not fetched; put it into the schema itself, under $defs")
    found: Any = root
    for step in filter(None, pointer[1:].split("/")):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found
