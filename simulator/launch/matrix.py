"""The model matrix of a run: a stratified sample of requests on every model once, so that strategies can be priced."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.errors import BadInput
from simulator.strategies.node import Node, parse
from simulator.strategies.nodes.call import Call
from simulator.strategies.nodes.retry import Retry
from simulator.strategies.tree import bind
from simulator.traffic.sample import sample
from simulator.traffic.trace import Trace

SCALE = 1.0
_PREFIX = "only-"


@dataclass(frozen=True, slots=True)
class Matrix:
    """One strategy per model, at 1×, for the sampled sessions only."""

    strategies: Mapping[str, Node]
    """`only-gpt-4o` and so on; empty where the run's own strategies already ask every model everything."""
    sessions: tuple[str, ...]

    @classmethod
    def of(cls, strategies: Mapping[str, Node], trace: Trace, *, requests: int, seed: int) -> "Matrix":
        """For all models of the chosen strategies. Raises `BadInput` where a strategy has one of the names."""
        asked = {_single(node) for node in strategies.values()}
        models = sorted(set[str]().union(*(node.answerers() for node in strategies.values())) - asked)
        if taken := [name for name in strategies if name in {f"{_PREFIX}{model}" for model in models}]:
            raise BadInput(f"--matrix records its own {taken[0]!r}; give the scenario's strategy another name")
        return cls(
            {f"{_PREFIX}{model}": bind(f"{_PREFIX}{model}", _retried(model)) for model in models},
            tuple(sample(trace, requests, seed=seed)),
        )


def _retried(model: str) -> Node:
    """A refusal must not leave a hole: the first attempt stays on record for strategies that do not try again."""
    return parse({"retry": model})


def _single(node: Node) -> str | None:
    """The model that a strategy sends every request as it is, if it does nothing else."""
    inner = node.of if isinstance(node, Retry) else node
    return inner.model if isinstance(inner, Call) else None
