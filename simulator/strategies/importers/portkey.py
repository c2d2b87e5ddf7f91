"""Portkey gateway configurations: `strategy.mode` over nested `targets` (gateway 1.15, the schema of its validator)."""

from collections.abc import Mapping
from typing import Any

from simulator.errors import BadInput
from simulator.strategies.importer import Imported, Importer, shares

_RETRIED = [429, 500, 502, 503, 504]
"""Portkey's statuses for `retry` where none are named."""
_ANY_FAILURE = ["4xx", "5xx", "timeout", "connection"]
"""`fallback` without statuses moves on at any answer that is not 2xx."""


class Portkey(Importer):
    """`single`, `fallback` and `loadbalance`, with retries and timeouts; a cache is left out, with a note."""

    @classmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        strategy = content.get("strategy")
        return "targets" in content or (isinstance(strategy, Mapping) and "mode" in strategy)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Imported:
        imported = Imported({})
        imported.strategies["portkey"] = _target(content, "config", imported.notes)
        return imported


def _target(target: Mapping[str, Any], place: str, notes: list[str]) -> Any:
    node = _group(target, place, notes) if target.get("targets") else _call(target, place)
    if "cache" in target:
        notes.append(
            f"{place}.cache: how often it hits is not in the file; put a cache node with your hit rate around it"
        )
    guards = ("input_guardrails", "output_guardrails", "before_request_hooks", "after_request_hooks")
    notes += [f"{place}.{name}: not read; guardrails make no calls here" for name in guards if name in target]
    retry = target.get("retry")
    if not retry:
        return node
    return {"retry": {"of": node, "times": retry.get("attempts", 0), "when": retry.get("on_status_codes", _RETRIED)}}


def _call(target: Mapping[str, Any], place: str) -> dict[str, Any]:
    model = (target.get("override_params") or {}).get("model")
    if not model:
        raise BadInput(f"{place}.override_params.model: name the model; without it the gateway passes the caller's on")
    provider = target.get("provider")
    call = {"model": model, "provider": provider, "timeout": _milliseconds(target)}
    return {"call": {name: value for name, value in call.items() if value}}


def _group(group: Mapping[str, Any], place: str, notes: list[str]) -> Any:
    strategy = group.get("strategy") or {}
    mode, targets = strategy.get("mode", "single"), group["targets"]
    nodes = [_target(target, f"{place}.targets[{index}]", notes) for index, target in enumerate(targets)]
    if mode == "single" or len(nodes) == 1:
        return nodes[0]
    if mode == "fallback":
        options = {"of": nodes, "when": strategy.get("on_status_codes", _ANY_FAILURE)}
        return {"fallback": options | ({"timeout": _milliseconds(group)} if _milliseconds(group) else {})}
    if mode == "loadbalance":
        names = [str(target.get("name") or f"target-{index}") for index, target in enumerate(targets)]
        weights = {name: float(target.get("weight", 1)) for name, target in zip(names, targets, strict=True)}
        parts = zip(shares(weights, f"{place}.targets").items(), nodes, strict=True)
        return {
            "split": {"parts": {name: {"share": share, "of": node} for (name, share), node in parts}, "by": "request"}
        }
    raise BadInput(
        f"{place}.strategy.mode: {mode!r} decides on metadata that a trace does not have; write it as a route node"
    )


def _milliseconds(target: Mapping[str, Any]) -> str | None:
    timeout = target.get("request_timeout")
    return f"{timeout}ms" if timeout else None
