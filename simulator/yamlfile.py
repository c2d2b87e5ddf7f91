"""YAML files into pydantic models. Files are checked whole; every problem is named as `file:line:col: path: message`.

Scalars follow YAML 1.2 (yamlcore): `no` and `10:30` stay text, duplicate keys are errors; decimals stay exact.
"""

from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yamlcore import CoreLoader

from simulator.errors import InvalidFile

M = TypeVar("M", bound=BaseModel)


class FileModel(BaseModel):
    """Base of everything that is written by hand in a file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Loader(CoreLoader):  # type: ignore[misc]
    """Core schema with exact decimals."""


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal | float:
    text = str(loader.construct_scalar(node))
    return float(text.replace(".inf", "inf").replace(".nan", "nan")) if "n" in text.lower() else Decimal(text)


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def load(path: Path, schema: type[M], *, missing: str = "") -> M:
    """Read one file. Raises `InvalidFile` with every problem and its place; `missing` says how to get one."""
    return parse(read_text(path, missing=missing), schema, name=str(path))


def parse(text: str, schema: type[M], *, name: str) -> M:
    """Like `load`, from text; `name` stands for the file in messages."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  # a safe loader: the core schema only
        return schema.model_validate(content)
    except yaml.MarkedYAMLError as error:
        raise InvalidFile(f"{name}:{_at(error.problem_mark)}: {error.problem}{_word(text, error)}") from error
    except yaml.YAMLError as error:
        raise InvalidFile(f"{name}:1:1: not readable as YAML: {error}") from error
    except ValidationError as error:
        tree = yaml.compose(text, _Loader)
        found: dict[str, list[Any]] = {}
        for one in error.errors(include_url=False):
            found.setdefault(_where(tree, one), []).append(one)
        raise InvalidFile(
            *(f"{name}:{where}: {_message(tree, schema, here)}" for where, here in found.items())
        ) from error


def read_text(path: Path, *, missing: str = "") -> str:
    """The text of a file a user named. Raises `InvalidFile` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidFile(f"{path}: no such file; check the path{missing and f' ({missing})'}") from None
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except ValueError:
        raise InvalidFile(f"{str(path)!r}: no path has a null character; write the name of a file") from None
    except OSError as error:
        raise InvalidFile(f"{path}: cannot be read: {error.strerror}") from None


def plain(value: Any) -> Any:
    """What a file says where anything may stand, with its exact decimals as the floats that JSON knows."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return list(map(plain, value))
    return float(value) if isinstance(value, Decimal) else value


def place(text: str, keys: tuple[str | int, ...]) -> str:
    """`line:col` of a value in a YAML text, for checks that a schema alone cannot make."""
    mark, *_ = _walk(yaml.compose(text, _Loader), keys)
    return _at(mark)


def _word(text: str, error: yaml.MarkedYAMLError) -> str:
    """The key that stands twice, or what to do about a tab; nothing for other mistakes."""
    mark = error.problem_mark
    if "'\\t'" in str(error.problem):
        return "; YAML is indented and set apart with spaces, not tabs"
    if mark is None or "duplicate" not in str(error.problem):
        return ""
    return f" {text.splitlines()[mark.line][mark.column :].partition(':')[0]!r}"


def _where(tree: yaml.Node | None, error: Any) -> str:
    """`line:col: path` of one pydantic error."""
    if tree is None:
        return "1:1"
    mark, names, _ = _walk(tree, error["loc"], at_key=error["type"] == "extra_forbidden")
    if error["type"] == "missing":
        names.append(str(error["loc"][-1]))
    return f"{_at(mark)}: {'.'.join(names) or 'file'}"


def _message(tree: yaml.Node | None, schema: type[BaseModel], errors: list[Any]) -> str:
    """What is wrong at one place: several errors there are the alternatives of a union, told as one."""
    first = errors[0]
    if tree is None:
        return "the file is empty"
    if first["type"] == "extra_forbidden":
        return "unknown key" + _suggestion(schema, first["loc"])
    if first["type"] == "missing":
        return "is missing"
    if first["type"] == "too_short":
        return "needs {min_length} or more, has {actual_length}".format(**first["ctx"])
    wanted = [_WANTED[one["type"]].format(**_bounds(one)) for one in errors if one["type"] in _WANTED]
    if len(wanted) < len(errors):
        said = (one["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ") for one in errors)
        return "; or ".join(dict.fromkeys(said))
    return f"must be {' or '.join(dict.fromkeys(wanted))}, got {_typed(_walk(tree, first['loc'])[2])}"


_WANTED = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "literal_error": "{expected}",
    "string_pattern_mismatch": "text that fits {pattern}",
    "string_type": "text",
    "finite_number": "a finite number",
    "list_type": "a list",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_parsing", "float_type", "decimal_parsing", "decimal_type"), "a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "a block of keys (`key: value`)"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "a day as in 2026-12-01"),
}
"""Pydantic's error types in words of a file."""


def _bounds(error: Any) -> dict[str, Any]:
    """What an error names as allowed, numbers as people write them: `0`, not `0.0`."""
    return {key: f"{value:g}" if isinstance(value, float) else value for key, value in error.get("ctx", {}).items()}


def _typed(node: yaml.Node | None) -> str:
    """A value as it stands in the file."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value) or "nothing"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a block of keys"


def _walk(
    node: yaml.Node | None, loc: tuple[str | int, ...], *, at_key: bool = False
) -> tuple[Any, list[str], yaml.Node | None]:
    """Follow pydantic's `loc` through the YAML tree, skipping union tags, which are not in it: mark, names, node."""
    names: list[str] = []
    mark = node.start_mark if node else None
    for step in loc:
        for key, value in _children(node):
            if key.value == str(step):
                mark = (key if at_key else value).start_mark
                node, names = value, [*names, str(step)]
                break
    return mark, names, node


def _children(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield yaml.ScalarNode("", str(index), child.start_mark), child


def _suggestion(schema: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    """` (did you mean 'arrivals'?)`, from the models that can stand at the parent of `loc`."""
    models = {schema}
    for step in loc[:-1]:
        inner = {m for model in models for m in _models(_annotation(model, step))}
        models = inner or {m for m in models if step in _tags(m)} or models
    known = sorted({field.alias or name for model in models for name, field in model.model_fields.items()})
    close = get_close_matches(str(loc[-1]), known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else f"; known here: {', '.join(known)}"


def _annotation(model: type[BaseModel], step: str | int) -> Any:
    field = model.model_fields.get(str(step))
    return field.annotation if field else None


def _tags(model: type[BaseModel]) -> set[str]:
    return {str(tag) for field in model.model_fields.values() for tag in get_args(field.annotation)}


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}.union(*map(_models, annotation.__subclasses__()))
    return {model for inner in get_args(annotation) for model in _models(inner)}


def _at(mark: yaml.Mark | None) -> str:
    return f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
