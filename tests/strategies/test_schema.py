import json
from typing import Any

import pytest

from simulator.strategies.library import StrategyFile
from simulator.strategies.node import NODE_MARK, words
from simulator.strategies.schema import with_nodes


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return with_nodes(StrategyFile.model_json_schema(by_alias=True))


def test_a_strategy_is_one_definition_that_refers_to_itself(schema: dict[str, Any]) -> None:
    node = {"$ref": "#/$defs/strategy.Node"}
    assert schema["properties"]["strategies"]["additionalProperties"] == node
    assert schema["$defs"]["strategy.Retry"]["properties"]["of"] == node
    assert NODE_MARK not in json.dumps(schema)


def test_every_word_can_be_completed_with_its_options(schema: dict[str, Any]) -> None:
    mapping = schema["$defs"]["strategy.Node"]["anyOf"][1]
    assert set(mapping["properties"]) == set(words())
    options = schema["$defs"]["strategy.Classify"]["properties"]
    assert {"with", "routes", "otherwise"} <= set(options)
    assert "kind" not in options


def test_every_reference_has_its_definition(schema: dict[str, Any]) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(schema) == {f"#/$defs/{name}" for name in schema["$defs"]}
