"""`/v1/models`: what is served here, in the form of either API; Anthropic's SDK says so by a header."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulator.provider.profile import Model, Profile
from simulator.staging.dialects.dialect import ANTHROPIC

PATH = "/v1/models"


def listed(profile: Profile, *, born: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """All models."""
    data = [described(profile, name, born=born, headers=headers) for name in profile.models]
    if _anthropics(headers):
        return {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}
    return {"object": "list", "data": data}


def described(profile: Profile, name: str, *, born: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """One model that the profile has; `born`: Unix time."""
    model = profile.models[name]
    if _anthropics(headers):
        return {"type": "model", "id": name, "display_name": name, **_sizes(model), "created_at": _instant(born)}
    return {"id": name, "object": "model", "created": born, "owned_by": model.provider}


def _sizes(model: Model) -> dict[str, Any]:
    return {"lifecycle": "active", "max_input_tokens": model.context_window, "max_tokens": model.max_output_tokens}


def _anthropics(headers: Mapping[str, str]) -> bool:
    return ANTHROPIC in headers


def _instant(unix: int) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
