import json
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import InvalidFile
from simulator.strategies.library import Library
from simulator.strategies.node import write
from tests.strategies.scripted import refused, serve

MINI = {"provider": "openai", "override_params": {"model": "gpt-4o-mini"}}
NESTED: dict[str, Any] = {
    "strategy": {"mode": "fallback", "on_status_codes": [429, 503]},
    "targets": [
        {
            "strategy": {"mode": "loadbalance"},
            "targets": [
                {"provider": "openai", "override_params": {"model": "gpt-4o"}, "weight": 3, "request_timeout": 10000},
                {"provider": "azure-openai", "override_params": {"model": "gpt-4o"}, "weight": 1},
            ],
            "retry": {"attempts": 1},
            "cache": {"mode": "simple"},
        },
        MINI,
    ],
}


def _load(folder: Path, config: dict[str, Any]) -> Library:
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return Library.load(path)


def test_a_nested_configuration_is_a_tree(tmp_path: Path) -> None:
    library = _load(tmp_path, NESTED)
    openai = {"call": {"model": "gpt-4o", "provider": "openai", "timeout": "10.0s"}}
    azure = {"call": {"model": "gpt-4o", "provider": "azure-openai"}}
    parts = {"target-0": {"share": 0.75, "of": openai}, "target-1": {"share": 0.25, "of": azure}}
    retried = {
        "of": {"split": {"parts": parts, "by": "request"}},
        "times": 1,
        "when": ["429", "500", "502", "503", "504"],
    }
    mini = {"call": {"model": "gpt-4o-mini", "provider": "openai"}}
    assert write(library.strategies["portkey"]) == {
        "fallback": {"of": [{"retry": retried}, mini], "when": ["429", "503"]}
    }
    assert library.notes == [
        "config.targets[0].cache: how often it hits is not in the file; put a cache node with your hit rate around it"
    ]


def test_it_serves(tmp_path: Path) -> None:
    served = serve(_load(tmp_path, NESTED).strategies["portkey"], refused(429), refused(429), "done")
    assert served.reply.ask.model == "gpt-4o-mini"


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"strategy": {"mode": "single"}, "targets": [{"provider": "openai"}]}, r"targets\[0\].override_params.model"),
        ({"strategy": {"mode": "conditional"}, "targets": [MINI, MINI]}, "write it as a route node"),
        (
            {"strategy": {"mode": "loadbalance"}, "targets": [{**MINI, "weight": 0}, {**MINI, "weight": 0}]},
            "sum to more",
        ),
        (
            {"strategy": {"mode": "loadbalance"}, "targets": [{**MINI, "name": "a"}, {**MINI, "name": "a"}]},
            "config.targets: 'a' is the name of two targets",
        ),
        ({"strategy": {"mode": "single"}, "targets": [MINI | {"weight": "1h"}]}, "targets.0.weight: must be a number"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_place(tmp_path: Path, config: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        _load(tmp_path, config)
