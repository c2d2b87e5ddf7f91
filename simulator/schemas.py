"""JSON schemas of the files that people write, for editors."""

from typing import Any

from pydantic import BaseModel

from simulator.pricing.layers import BookFile
from simulator.provider.profile import Profile
from simulator.scenario.scenario import Scenario
from simulator.strategies.schema import with_nodes

SCHEMAS: dict[str, type[BaseModel]] = {"scenario": Scenario, "profile": Profile, "prices": BookFile}


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file, by the names that are written in it."""
    schema = SCHEMAS[kind].model_json_schema(by_alias=True)
    return with_nodes(schema) if kind == "scenario" else schema
