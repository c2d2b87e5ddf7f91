"""One option of a strategy moved through a range, priced over a run's recorded answers: the curve of a decision."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import yaml
from pydantic import ValidationError
from yamlcore import CoreLoader

from simulator.comparison.measured import Measured
from simulator.comparison.setting import Point, setting
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.strategies import offline
from simulator.strategies.axis import Axis
from simulator.strategies.node import Node, parse, words, write
from simulator.strategies.tree import bind

LABEL_ACCURACY = "label_accuracy"
"""The one key that is no option of a strategy: how often classifiers and judges are right."""


class Sweep(Figures):
    """Every setting of a sweep, in the order of its axes."""

    baseline: str
    baseline_per_request: Decimal
    requests: int
    sessions: int
    left_out: int
    """Sessions that lack an answer of some model, or of the baseline."""
    points: list[Point]


def sweep(measured: Measured, strategies: Mapping[str, Node], axes: Sequence[Axis], *, baseline: str) -> Sweep:
    """Every combination of the axes' values. Raises BadInput for a path or a value that the strategy does not take."""
    count = len(measured.batch.requests)
    return Sweep(
        baseline=baseline,
        baseline_per_request=measured.baseline_usd / count,
        requests=count,
        sessions=measured.sessions,
        left_out=measured.left_out,
        points=[setting(*one, measured) for one in variants(strategies, axes)],
    )


def variants(
    strategies: Mapping[str, Node], axes: Sequence[Axis]
) -> Iterator[tuple[str, dict[str, str], Node, float | None]]:
    """Name, settings, bound tree and assumed accuracy of every combination; of all strategies where none is named."""
    if unknown := {name for axis in axes if (name := _strategy(axis))} - strategies.keys():
        raise BadInput(f"--sweep: no strategy {', '.join(sorted(unknown))}; the file has {', '.join(strategies)}")
    chosen = [name for name in strategies if name in {_strategy(axis) for axis in axes}] or list(strategies)
    for name in chosen:
        own = [axis for axis in axes if _strategy(axis) in (name, None)]
        form = write(strategies[name])
        for values in product(*(axis.values for axis in own)):
            settings = dict(zip((axis.key for axis in own), values, strict=True))
            accuracy = settings.get(LABEL_ACCURACY)
            yield name, settings, _changed(name, form, settings), None if accuracy is None else _share(accuracy)


def _strategy(axis: Axis) -> str | None:
    return None if axis.key == LABEL_ACCURACY else axis.key.partition(".")[0]


def _changed(name: str, form: Any, settings: Mapping[str, str]) -> Node:
    for key, text in settings.items():
        if key != LABEL_ACCURACY:
            form = _put(form, key.split(".")[1:], yaml.load(text, CoreLoader), key)  # noqa: S506  # a safe loader
    try:
        node = bind(name, parse(form))
    except ValidationError as error:
        raise BadInput(f"--sweep {_refused(error, settings)}") from None
    except ValueError as error:
        raise BadInput(f"--sweep {settings}: {error}") from None
    offline.refuse_ordered(name, node)
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
    raise BadInput(f"--sweep {key}: nothing named {step!r} there; known: {', '.join(form) or 'nothing'}")


def _options(word: str, form: Any) -> Any:
    """A node's options where they were written short: `retry: big` is `retry: {of: big}`."""
    kind = words().get(word)
    short = kind.short if kind else None
    return {short: form} if short and not isinstance(form, Mapping) else form


def _share(text: str) -> float:
    return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
