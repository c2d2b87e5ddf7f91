"""LiteLLM proxy configurations: `model_list` with `router_settings` and `litellm_settings` (config.yaml, 1.106)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from simulator.errors import BadInput
from simulator.strategies.importer import Imported, Importer, shares

_SHUFFLE = "simple-shuffle"
_LIVE = ("cooldown_time", "allowed_fails", "context_window_fallbacks", "content_policy_fallbacks", "model_group_alias")


class LiteLLM(Importer):
    """One strategy per `model_name`: its deployments by weight, retried, then its fallbacks in order."""

    @classmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        return isinstance(content.get("model_list"), list)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Imported:
        imported = Imported({})
        settings = {**(content.get("litellm_settings") or {}), **(content.get("router_settings") or {})}
        groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for entry in content["model_list"]:
            groups[str(entry["model_name"])].append(entry.get("litellm_params") or {})
        nodes = {name: _group(name, deployments, settings) for name, deployments in groups.items()}
        fallbacks = _fallbacks(settings, nodes)
        for name, node in nodes.items():
            chain = [node, *(nodes[other] for other in fallbacks.get(name, []))]
            imported.strategies[f"litellm-{name}"] = {"fallback": chain} if len(chain) > 1 else node
        imported.notes += _notes(settings)
        return imported


def _group(name: str, deployments: list[Mapping[str, Any]], settings: Mapping[str, Any]) -> Any:
    place = f"model_list[{name}]"
    calls = [_call(deployment, settings, place) for deployment in deployments]
    node = calls[0] if len(calls) == 1 else _shuffled(calls, deployments, place)
    times = settings.get("num_retries")
    return {"retry": {"of": node, "times": times}} if times else node


def _call(deployment: Mapping[str, Any], settings: Mapping[str, Any], place: str) -> dict[str, Any]:
    known = str(deployment.get("model") or "")
    if not known:
        raise BadInput(f"{place}.litellm_params.model: is missing")
    if known.startswith("auto_router/"):
        raise BadInput(f"{place}: {known} decides by its own rules; write it as a classify or route node")
    provider, _, model = known.rpartition("/")
    timeout = deployment.get("timeout", settings.get("timeout", settings.get("request_timeout")))
    call = {"model": model, "provider": provider.partition("/")[0], "timeout": f"{timeout}s" if timeout else None}
    return {"call": {key: value for key, value in call.items() if value}}


def _shuffled(calls: list[dict[str, Any]], deployments: list[Mapping[str, Any]], place: str) -> dict[str, Any]:
    """As simple-shuffle picks: by weight, else by rpm, else by tpm, else equally, where every deployment says it."""
    said = next((key for key in ("weight", "rpm", "tpm") if all(key in one for one in deployments)), None)
    names = [f"deployment-{number}" for number in range(1, len(calls) + 1)]
    weights = {name: float(one[said]) if said else 1.0 for name, one in zip(names, deployments, strict=True)}
    parts = zip(shares(weights, place).items(), calls, strict=True)
    return {"split": {"parts": {name: {"share": share, "of": call} for (name, share), call in parts}, "by": "request"}}


def _fallbacks(settings: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in settings.get("fallbacks") or []:
        for name, others in entry.items():
            for other in (name, *others):
                if other not in known:
                    raise BadInput(f"fallbacks: {other!r} is not in model_list; it has {', '.join(known)}")
            found[str(name)] = [str(other) for other in others]
    return found


def _notes(settings: Mapping[str, Any]) -> list[str]:
    notes = [f"router_settings.{name}: not read" for name in _LIVE if settings.get(name)]
    strategy = settings.get("routing_strategy", _SHUFFLE)
    if strategy != _SHUFFLE:
        notes.append(
            f"router_settings.routing_strategy: {strategy} follows live load; deployments are picked by weight"
        )
    if not settings.get("num_retries"):
        notes.append("num_retries is not set: nothing is retried here")
    return notes
