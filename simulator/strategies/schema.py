"""JSON schema of strategy trees, for completion in an editor: every node word with its options, at any depth."""

from typing import Any

from simulator.strategies.node import NODE_MARK, words

_PREFIX = "strategy."
"""Keeps the definitions apart from a file's own: a scenario has a Budget too."""
_NAME = f"{_PREFIX}Node"
_REF = {"$ref": f"#/$defs/{_NAME}"}


def with_nodes(schema: dict[str, Any]) -> dict[str, Any]:
    """A file's schema in which every strategy value refers to one definition of nodes.

    Pydantic cannot say a tree whose kinds are found at run time, so `node.Child` leaves a mark that is replaced here.
    """
    definitions: dict[str, Any] = {_NAME: {"anyOf": [{"type": "string"}, _mapping()]}}
    for kind in words().values():
        own = kind.model_json_schema(by_alias=True, ref_template=f"#/$defs/{_PREFIX}{{model}}")
        own["properties"].pop("kind")
        definitions |= {f"{_PREFIX}{name}": inner for name, inner in own.pop("$defs", {}).items()}
        definitions[f"{_PREFIX}{kind.__name__}"] = own
    whole: dict[str, Any] = _replaced({**schema, "$defs": {**schema.get("$defs", {}), **definitions}})
    return whole


def _mapping() -> dict[str, Any]:
    """`{retry: {…}}`: one word with its options, or with the one value that the word's `short` stands for."""
    options = {
        word: {"anyOf": [{"$ref": f"#/$defs/{_PREFIX}{kind.__name__}"}, *_shorthand(kind.short)]}
        for word, kind in words().items()
    }
    one = {"type": "object", "properties": options, "minProperties": 1, "maxProperties": 1}
    return {**one, "additionalProperties": False}


def _shorthand(short: str | None) -> list[dict[str, Any]]:
    return [_REF, {"type": "array", "items": _REF}] if short else []


def _replaced(value: Any) -> Any:
    if isinstance(value, dict):
        return _REF if NODE_MARK in value else {key: _replaced(inner) for key, inner in value.items()}
    return [_replaced(inner) for inner in value] if isinstance(value, list) else value
