"""Portkey gateway configurations: `strategy.mode` over nested `targets` (gateway 1.15, the schema of its validator)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, FiniteFloat

from simulator.errors import BadInput
from simulator.strategies.importer import Imported, Importer, RouterFile, split

_RETRIED = [429, 500, 502, 503, 504]
"""Portkey's statuses for `retry` where none are named."""
_ANY_FAILURE = ["4xx", "5xx", "timeout", "connection"]
"""`fallback` without statuses moves on at any answer that is not 2xx."""
_GUARDS = ("input_guardrails", "output_guardrails", "before_request_hooks", "after_request_hooks")


class _Retry(RouterFile):
    attempts: Annotated[int, Field(ge=0)] = 0
    on_status_codes: list[int] = _RETRIED


class _Strategy(RouterFile):
    mode: str = "single"
    on_status_codes: list[int] | None = None


class _Override(RouterFile):
    model: str | None = None


class _Target(RouterFile):
    """A target, or the whole file: both are one."""

    strategy: _Strategy | None = None
    targets: "list[_Target] | None" = None
    provider: str | None = None
    override_params: _Override | None = None
    request_timeout: Annotated[FiniteFloat, Field(ge=0)] | None = None
    retry: _Retry | None = None
    weight: Annotated[FiniteFloat, Field(ge=0)] = 1.0
    name: str | None = None

    @property
    def timeout(self) -> str | None:
        return f"{self.request_timeout}ms" if self.request_timeout else None


class Portkey(Importer):
    """`single`, `fallback` and `loadbalance`, with retries and timeouts; a cache is left out, with a note."""

    file: ClassVar[type[RouterFile]] = _Target

    @classmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        strategy = content.get("strategy")
        return "targets" in content or (isinstance(strategy, Mapping) and "mode" in strategy)

    @classmethod
    def read(cls, content: _Target) -> Imported:
        imported = Imported({})
        imported.strategies["portkey"] = _node(content, "config", imported.notes)
        return imported


def _node(target: _Target, place: str, notes: list[str]) -> Any:
    node = _group(target, target.targets, place, notes) if target.targets else _call(target, place)
    if target.says("cache"):
        notes.append(
            f"{place}.cache: how often it hits is not in the file; put a cache node with your hit rate around it"
        )
    notes += [f"{place}.{name}: not read; guardrails make no calls here" for name in _GUARDS if target.says(name)]
    retry = target.retry
    return {"retry": {"of": node, "times": retry.attempts, "when": retry.on_status_codes}} if retry else node


def _call(target: _Target, place: str) -> dict[str, Any]:
    model = target.override_params.model if target.override_params else None
    if not model:
        raise BadInput(f"{place}.override_params.model: name the model; without it the gateway passes the caller's on")
    call = {"model": model, "provider": target.provider, "timeout": target.timeout}
    return {"call": {name: value for name, value in call.items() if value}}


def _group(group: _Target, targets: list[_Target], place: str, notes: list[str]) -> Any:
    strategy = group.strategy or _Strategy()
    nodes = [_node(target, f"{place}.targets[{index}]", notes) for index, target in enumerate(targets)]
    if strategy.mode == "single" or len(nodes) == 1:
        return nodes[0]
    if strategy.mode == "fallback":
        options = {"of": nodes, "when": strategy.on_status_codes or _ANY_FAILURE}
        return {"fallback": options | ({"timeout": group.timeout} if group.timeout else {})}
    if strategy.mode == "loadbalance":
        names = [target.name or f"target-{index}" for index, target in enumerate(targets)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise BadInput(f"{place}.targets: {twice!r} is the name of two targets; give each its own")
        weights = {name: target.weight for name, target in zip(names, targets, strict=True)}
        return split(weights, dict(zip(names, nodes, strict=True)), f"{place}.targets")
    raise BadInput(
        f"{place}.strategy.mode: {strategy.mode!r} decides on metadata that a trace does not have; "
        "write it as a route node"
    )
