"""Every strategy in the repository loads, uses models of the shipped profile, and answers."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator import yamlfile
from simulator.provider.profile import Profile
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Ask, Turn
from simulator.strategies.library import Library
from tests.strategies.scripted import REQUEST

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted((SCENARIOS / "strategies").glob("*.yaml"))


def _answer(ask: Ask, turn: Turn) -> Answer:
    return Answer(text=ask.truth or "done")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_strategy_serves_every_kind_of_request(path: Path) -> None:
    strategies = Library.load(path).strategies
    assert next(iter(strategies)) == path.stem
    profile = yamlfile.load(SCENARIOS / "staging/hosted.yaml", Profile)
    for node in strategies.values():
        assert node.models() <= set(profile.models)
        for tokens, difficulty in ((100, "easy"), (9000, "hard"), (100, None)):
            request = replace(REQUEST, input_tokens=tokens, difficulty=difficulty)
            assert drive(node, Turn(request, 1, at=0.0), _answer).reply.ok


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_strategy_says_when_it_wins(path: Path) -> None:
    assert "# Wins" in path.read_text() or "baseline" in path.read_text()
