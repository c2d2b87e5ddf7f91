"""LiteLLM proxy configurations: `model_list` with `router_settings` and `litellm_settings` (config.yaml, 1.106)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, FiniteFloat

from simulator.errors import BadInput
from simulator.strategies.importer import Imported, Importer, RouterFile, split

_SHUFFLE = "simple-shuffle"
_LIVE = ("cooldown_time", "allowed_fails", "context_window_fallbacks", "content_policy_fallbacks", "model_group_alias")
_Weight = Annotated[FiniteFloat, Field(ge=0)] | None
_Seconds = Annotated[FiniteFloat, Field(ge=0)] | None


class _Params(RouterFile):
    model: Annotated[str, Field(min_length=1)]
    timeout: _Seconds = None
    weight: _Weight = None
    rpm: _Weight = None
    tpm: _Weight = None


class _Deployment(RouterFile):
    model_name: str
    litellm_params: _Params


class _Settings(RouterFile):
    num_retries: Annotated[int, Field(ge=0)] | None = None
    timeout: _Seconds = None
    request_timeout: _Seconds = None
    fallbacks: list[dict[str, list[str]]] | None = None
    routing_strategy: str | None = None


class _Config(RouterFile):
    model_list: Annotated[list[_Deployment], Field(min_length=1)]
    litellm_settings: _Settings | None = None
    router_settings: _Settings | None = None

    @property
    def settings(self) -> _Settings:
        """Both blocks as one: the router's own settings go before those of all of LiteLLM."""
        common, own = self.litellm_settings or _Settings(), self.router_settings or _Settings()
        return _Settings(**common.model_dump(exclude_unset=True) | own.model_dump(exclude_unset=True))


class LiteLLM(Importer):
    """One strategy per `model_name`: its deployments by weight, retried, then its fallbacks in order."""

    file: ClassVar[type[RouterFile]] = _Config

    @classmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        return "model_list" in content

    @classmethod
    def read(cls, content: _Config) -> Imported:
        imported, settings = Imported({}), content.settings
        groups: dict[str, list[_Params]] = defaultdict(list)
        for deployment in content.model_list:
            groups[deployment.model_name].append(deployment.litellm_params)
        nodes = {name: _group(name, deployments, settings) for name, deployments in groups.items()}
        fallbacks = _fallbacks(settings, nodes)
        for name, node in nodes.items():
            chain = [node, *(nodes[other] for other in fallbacks.get(name, []))]
            imported.strategies[f"litellm-{name}"] = {"fallback": chain} if len(chain) > 1 else node
        imported.notes += _notes(settings)
        return imported


def _group(name: str, deployments: list[_Params], settings: _Settings) -> Any:
    place = f"model_list[{name}]"
    calls = [_call(deployment, settings, place) for deployment in deployments]
    node = calls[0] if len(calls) == 1 else _shuffled(calls, deployments, place)
    return {"retry": {"of": node, "times": settings.num_retries}} if settings.num_retries else node


def _call(deployment: _Params, settings: _Settings, place: str) -> dict[str, Any]:
    if deployment.model.startswith("auto_router/"):
        raise BadInput(f"{place}: {deployment.model} decides by its own rules; write it as a classify or route node")
    provider, _, model = deployment.model.rpartition("/")
    said = (deployment.timeout, settings.timeout, settings.request_timeout)
    timeout = next((seconds for seconds in said if seconds is not None), None)
    call = {"model": model, "provider": provider.partition("/")[0], "timeout": f"{timeout}s" if timeout else None}
    return {"call": {key: value for key, value in call.items() if value}}


def _shuffled(calls: list[dict[str, Any]], deployments: list[_Params], place: str) -> dict[str, Any]:
    """As simple-shuffle picks: by weight, else by rpm, else by tpm, else equally, where every deployment says it."""
    columns = [[one.weight for one in deployments], [one.rpm for one in deployments], [one.tpm for one in deployments]]
    said = next((column for column in columns if None not in column), None)
    names = [f"deployment-{number}" for number in range(1, len(calls) + 1)]
    weights = {name: 1.0 if said is None else said[at] or 0.0 for at, name in enumerate(names)}
    return split(weights, dict(zip(names, calls, strict=True)), place)


def _fallbacks(settings: _Settings, known: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {name: others for entry in settings.fallbacks or [] for name, others in entry.items()}
    for name, others in found.items():
        if missing := [other for other in (name, *others) if other not in known]:
            raise BadInput(f"fallbacks: {missing[0]!r} is not in model_list; it has {', '.join(known)}")
    return found


def _notes(settings: _Settings) -> list[str]:
    notes = [f"router_settings.{name}: not read" for name in _LIVE if settings.says(name)]
    strategy = settings.routing_strategy or _SHUFFLE
    if strategy != _SHUFFLE:
        notes.append(
            f"router_settings.routing_strategy: {strategy} follows live load; deployments are picked by weight"
        )
    if not settings.num_retries:
        notes.append("num_retries is not set: nothing is retried here")
    return notes
