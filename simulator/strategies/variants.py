"""The strategies of a sweep: every combination of its axes' values, put into their written form and read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import yaml
from pydantic import ValidationError
from yamlcore import CoreLoader

from simulator.errors import BadInput
from simulator.strategies import offline
from simulator.strategies.axis import LABEL_ACCURACY, Axis, Sweeps
from simulator.strategies.node import Node, parse, words, write
from simulator.strategies.tree import bind
from simulator.units import parse_share


@dataclass(frozen=True, slots=True)
class Variant:
    """One setting of one strategy."""

    strategy: str
    settings: dict[str, str]
    node: Node
    """Bound."""
    label_accuracy: float | None
    """Where the sweep moves it."""


def swept(strategies: Mapping[str, Node], axes: Sequence[Axis]) -> dict[str, Node]:
    """The strategies that the axes name, in their own order; all where none is named. Raises BadInput."""
    named = {name for axis in axes if (name := axis.strategy)}
    if unknown := named - strategies.keys():
        raise BadInput(f"sweep: no strategy {', '.join(sorted(unknown))}; known: {', '.join(strategies)}")
    return {name: node for name, node in strategies.items() if name in named or not named}


def variants(strategies: Mapping[str, Node], axes: Sequence[Axis]) -> Iterator[Variant]:
    """Every combination of the values, strategy after strategy. Raises BadInput for what a strategy does not take."""
    for name, node in swept(strategies, axes).items():
        own, form = [axis for axis in axes if axis.strategy in (name, None)], write(node)
        for values in product(*(axis.values for axis in own)):
            settings = dict(zip((axis.key for axis in own), values, strict=True))
            accuracy = settings.get(LABEL_ACCURACY)
            share = None if accuracy is None else parse_share(accuracy)
            yield Variant(name, settings, _changed(name, form, settings), share)


def refuse_unknown(strategies: Mapping[str, Node], sweeps: Sweeps) -> None:
    """Raises ValueError for a path, or a value at an end, that a strategy of the same file does not take."""
    for key, values in sweeps.items():
        try:
            list(variants(strategies, [Axis(key, (values[0], values[-1]))]))
        except BadInput as error:
            raise ValueError(str(error)) from None


def _changed(name: str, form: Any, settings: Mapping[str, str]) -> Node:
    for key, text in settings.items():
        if key != LABEL_ACCURACY:
            form = _put(form, key.split(".")[1:], yaml.load(text, CoreLoader), key)  # noqa: S506  # a safe loader
    try:
        node = bind(name, parse(form))
    except ValidationError as error:
        raise BadInput(f"sweep: {_refused(error, settings)}") from None
    except ValueError as error:
        raise BadInput(f"sweep: {settings}: {error}") from None
    offline.refuse_unknowable(name, node)
    return node


def _refused(error: ValidationError, settings: Mapping[str, str]) -> str:
    """The setting that is not allowed, or the option that its node does not have."""
    first = error.errors()[0]
    at = next((key for key in settings if key.endswith(f".{first['loc'][-1]}")), ", ".join(settings))
    kind = words().get(at.split(".")[-2]) if at.count(".") else None
    if first["type"] == "extra_forbidden" and kind:
        known = ", ".join(field.alias or name for name, field in kind.model_fields.items() if name != "kind")
        return f"{at}: no option of {kind.model_fields['kind'].default}; known: {known}"
    return f"{at}={settings.get(at, '…')}: {first['msg'].removeprefix('Value error, ')}"


def _put(form: Any, path: Sequence[str], value: Any, key: str) -> Any:
    """A copy of a strategy's written form with one value changed; `of:` may be left out of the path, as in ledgers."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(form, list) and step.isdigit() and int(step) < len(form):
        return [_put(one, rest, value, key) if number == int(step) else one for number, one in enumerate(form)]
    if isinstance(form, Mapping) and (step in form or not rest):
        inner = _options(step, form[step]) if step in form and rest else None
        return {**form, step: _put(inner, rest, value, key)}
    if isinstance(form, Mapping) and "of" in form:
        return {**form, "of": _put(form["of"], path, value, key)}
    raise BadInput(f"sweep: {key}: nothing named {step!r} there; known: {', '.join(form) or 'nothing'}")


def _options(word: str, form: Any) -> Any:
    """A node's options where they were written short: `retry: big` is `retry: {of: big}`."""
    kind = words().get(word)
    short = kind.short if kind else None
    return {short: form} if short and not isinstance(form, Mapping) else form
