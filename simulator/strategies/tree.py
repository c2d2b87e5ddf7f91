"""Strategies by name: trees that may name each other, resolved and bound to their place."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from simulator.strategies.node import Child, Node, Place
from simulator.strategies.nodes.call import Call

# Options whose name says nothing: they are left out of paths, where an index or a key stands for the child.
_SILENT = frozenset({"of", "use", "routes", "branches", "parts"})


def bind(name: str, node: Node) -> Node:
    """A copy of the tree in which every node knows its path: `routed.retry.classify`."""
    return _bound(node, f"{name}.{node.kind}")


def compose(strategies: Mapping[str, Node]) -> dict[str, Node]:
    """Put each strategy named by another in its place and bind them all.

    A strategy that names itself means the model of that name. Raises ValidationError at the place that closes a cycle.
    """
    return {name: bind(name, _resolved(node, strategies, (name,), (name,))) for name, node in strategies.items()}


def _bound(node: Node, path: str) -> Node:
    def below(child: Node, place: Place) -> Node:
        steps = [str(step) for step in place if step not in _SILENT]
        return _bound(child, ".".join([path, *steps, child.kind]))

    copy = node.with_children(below)
    copy._path = path
    return copy


def _resolved(node: Node, strategies: Mapping[str, Node], inside: tuple[str, ...], at: Place) -> Node:
    """The tree with names replaced; `inside` are the strategies being put in place, `at` the keys in the file."""
    name = _named(node, strategies)
    if name is None or name == inside[-1]:
        return node.with_children(lambda child, place: _resolved(child, strategies, inside, (*at, node.kind, *place)))
    if name in inside:
        raise _cycle(at, " → ".join((*inside, name)))
    return _resolved(strategies[name], strategies, (*inside, name), (name,))


def _named(node: Node, strategies: Mapping[str, Node]) -> str | None:
    """The strategy that a bare name stands for, if it is one."""
    form = node.form() if isinstance(node, Call) else None
    return form if isinstance(form, str) and form in strategies else None


def _cycle(at: Place, names: str) -> ValidationError:
    error = PydanticCustomError("strategy_cycle", "strategies name each other in a circle: {names}", {"names": names})
    return ValidationError.from_exception_data("strategies", [InitErrorDetails(type=error, loc=at, input=names)])


Strategies = Annotated[dict[str, Child], Field(min_length=1), AfterValidator(compose)]
"""The `strategies:` block: composed and bound once read."""
