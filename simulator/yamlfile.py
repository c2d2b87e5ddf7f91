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

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Loader(CoreLoader):  # type: ignore[misc]
    """Core schema with exact decimals."""


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal | float:
    text = str(loader.construct_scalar(node))
    return float(text.replace(".inf", "inf").replace(".nan", "nan")) if "n" in text.lower() else Decimal(text)


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def load(path: Path, schema: type[M]) -> M:
    """Read one file. Raises `InvalidFile` with every problem and its place."""
    return parse(read_text(path), schema, name=str(path))


def parse(text: str, schema: type[M], *, name: str) -> M:
    """Like `load`, from text; `name` stands for the file in messages."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  # a safe loader: the core schema only
        return schema.model_validate(content)
    except yaml.MarkedYAMLError as error:
        raise InvalidFile(f"{name}:{_at(error.problem_mark)}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise InvalidFile(f"{name}:1:1: not readable as YAML: {error}") from error
    except ValidationError as error:
        tree = yaml.compose(text, _Loader)
        problems = dict.fromkeys(f"{name}:{_problem(tree, schema, one)}" for one in error.errors(include_url=False))
        raise InvalidFile(*problems) from error


def read_text(path: Path) -> str:
    """The text of a file a user named. Raises `InvalidFile` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidFile(f"{path}: no such file; check the path, or make one with `tenfold init`") from None
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except OSError as error:
        raise InvalidFile(f"{path}: cannot be read: {error.strerror}") from None


def place(text: str, keys: tuple[str | int, ...]) -> str:
    """`line:col` of a value in a YAML text, for checks that a schema alone cannot make."""
    mark, _ = _walk(yaml.compose(text, _Loader), keys)
    return _at(mark)


def _problem(tree: yaml.Node | None, schema: type[BaseModel], error: Any) -> str:
    """One pydantic error as `line:col: path: message`."""
    if tree is None:
        return "1:1: the file is empty"
    unknown = error["type"] == "extra_forbidden"
    mark, names = _walk(tree, error["loc"], at_key=unknown)
    if error["type"] == "missing":
        names.append(str(error["loc"][-1]))
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if unknown:
        message = "unknown key" + _suggestion(schema, error["loc"])
    elif error["type"] == "missing":
        message = "is missing"
    return f"{_at(mark)}: {'.'.join(names) or 'file'}: {message}"


def _walk(node: yaml.Node | None, loc: tuple[str | int, ...], *, at_key: bool = False) -> tuple[Any, list[str]]:
    """Follow pydantic's `loc` through the YAML tree, skipping union tags, which are not in the file."""
    names: list[str] = []
    mark = node.start_mark if node else None
    for step in loc:
        for key, value in _children(node):
            if key.value == str(step):
                mark = (key if at_key else value).start_mark
                node, names = value, [*names, str(step)]
                break
    return mark, names


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
