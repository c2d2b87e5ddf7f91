"""`/sim/config`: the profile in force, and a change of it in the middle of a test."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from simulator.provider.profile import Profile
from simulator.staging.dialects.dialect import Problem, Refused


def told(profile: Profile) -> dict[str, Any]:
    """The profile as JSON; what is told can be sent back."""
    return profile.model_dump(mode="json")


def changed(profile: Profile, change: Mapping[str, Any]) -> Profile:
    """The profile with a part of it replaced: objects are merged, anything else is set. Raises `Refused`."""
    try:
        new = Profile.model_validate(_merged(told(profile), change))
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise Refused(Problem(400, "; ".join(problems), code="invalid_config")) from None
    if new.models.keys() != profile.models.keys():
        message = f"models: a running endpoint keeps its models: {', '.join(profile.models)}"
        raise Refused(Problem(400, message, code="invalid_config"))
    return new


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return new
    return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
