from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.strategies.library import Library
from simulator.strategies.node import write

CONFIG = """
model_list:
  - model_name: big
    litellm_params: {model: azure/gpt-4o, rpm: 900}
  - model_name: big
    litellm_params: {model: gpt-4o, rpm: 100, timeout: 20}
  - model_name: small
    litellm_params: {model: openai/gpt-4o-mini}
router_settings:
  routing_strategy: latency-based-routing
  num_retries: 2
  timeout: 30
  cooldown_time: 60
  fallbacks: [{big: [small]}, {small: [big]}]
"""


def _load(folder: Path, text: str) -> Library:
    path = folder / "config.yaml"
    path.write_text(text)
    return Library.load(path)


def test_deployments_retries_and_mutual_fallbacks(tmp_path: Path) -> None:
    library = _load(tmp_path, CONFIG)
    azure = {"call": {"model": "gpt-4o", "provider": "azure", "timeout": "30.0s"}}
    plain = {"call": {"model": "gpt-4o", "timeout": "20.0s"}}
    parts = {"deployment-1": {"share": 0.9, "of": azure}, "deployment-2": {"share": 0.1, "of": plain}}
    big = {"retry": {"of": {"split": {"parts": parts, "by": "request"}}}}
    small = {"retry": {"of": {"call": {"model": "gpt-4o-mini", "provider": "openai", "timeout": "30.0s"}}}}
    assert {name: write(node) for name, node in library.strategies.items()} == {
        "litellm-big": {"fallback": [big, small]},
        "litellm-small": {"fallback": [small, big]},
    }
    assert library.notes == [
        "router_settings.cooldown_time: not read",
        "router_settings.routing_strategy: latency-based-routing follows live load; deployments are picked by weight",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            CONFIG.replace("[{big: [small]}", "[{big: [tiny]}"),
            "fallbacks: 'tiny' is not in model_list; it has big, small",
        ),
        (
            CONFIG.replace("rpm: 900", "rpm: often"),
            r"config.yaml:4:\d+: model_list.0.litellm_params.rpm: must be a number",
        ),
        (CONFIG.replace("openai/gpt-4o-mini", "auto_router/complexity_router"), "write it as a classify or route node"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        _load(tmp_path, text)
