from pathlib import Path

import pytest
import yaml
from yamlcore import CoreLoader

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.strategies.library import StrategyFile
from simulator.strategies.node import words

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def read(text: str) -> StrategyFile:
    return yamlfile.parse(text, StrategyFile, name="f.yaml")


def test_the_shipped_scenario_has_paths_and_models() -> None:
    content = yaml.load((SCENARIOS / "support-chat.yaml").read_text(), CoreLoader)
    strategies = StrategyFile(strategies=content["strategies"]).strategies
    routed = strategies["routed"].children()[("of",)]
    assert {name: node.models() for name, node in strategies.items()} == {
        "single": {"gpt-4o"},
        "routed": {"gpt-4o", "gpt-4o-mini"},
    }
    assert [node.path for node in (strategies["single"], routed, *routed.children().values())] == [
        "single.retry",
        "routed.retry.classify",
        "routed.retry.classify.easy.call",
        "routed.retry.classify.hard.call",
    ]


def test_a_name_stands_for_the_strategy_of_that_name() -> None:
    file = read("""
strategies:
  routed: {classify: {with: s, routes: {easy: s, hard: b}, otherwise: hard}}
  safe: {retry: {of: routed}}
  b: b
""")
    assert file.strategies["safe"].models() == {"s", "b"}
    assert file.strategies["safe"].children()[("of",)].path == "safe.retry.classify"
    assert file.strategies["b"].path == "b.call"  # a strategy that names itself means the model


def test_a_file_is_written_as_it_was_read() -> None:
    text = """
strategies:
  a: {fallback: {of: [big, {call: {model: big, tier: flex}}], timeout: 20s}}
  b: {route: {branches: [{when: turn > 2, use: big}], otherwise: {cascade: [small, big]}}}
  c: {split: {parts: {x: {share: 0.9, of: a}, y: {share: 0.1, of: small}}}}
  d: {cascade: {of: [small, big], judge: {with: tiny}, accept: {matches: "^ok"}}}
  e: {retry: {of: {retry: {of: m, jitter: 0%}}, when: [429]}}
"""
    file = read(text)
    assert StrategyFile.model_validate_json(file.model_dump_json()) == file


def test_every_node_word_is_its_own_file() -> None:
    folder = Path(__file__).parents[2] / "simulator/strategies/nodes"
    assert set(words()) == {path.stem for path in folder.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize(
    ("strategies", "problem"),
    [
        ("a: {retri: {of: x}}", "f.yaml:2:6: strategies.a: unknown node word 'retri'; did you mean 'retry'?"),
        ("a: {retry: {off: x, of: y}}", "f.yaml:2:15: strategies.a.retry.off: unknown key (did you mean 'of'?)"),
        ("a: {retry: {times: 2}}", "f.yaml:2:14: strategies.a.retry.of: is missing"),
        (
            "a: {retry: b}\n  b: {fallback: [x, a]}",
            "f.yaml:3:21: strategies.b.fallback.1: strategies name each other in a circle: a → b → a",
        ),
        (
            "a: {retry: {of: {classify: {with: s, routes: {e: x}, otherwise: h}}}}",
            "f.yaml:2:30: strategies.a.retry.of.classify: otherwise: 'h' is not one of the routes: e",
        ),
    ],
)
def test_a_problem_has_its_place(strategies: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as error:
        read(f"strategies:\n  {strategies}\n")
    assert problem in error.value.problems


@pytest.mark.parametrize("value", ["5", "{retry: {of: x}, call: y}", "[]"])
def test_what_is_no_node_is_refused(value: str) -> None:
    with pytest.raises(InvalidFile, match="a node is a model's name or a mapping with one node word"):
        read(f"strategies: {{a: {value}}}")
