"""Claims of a scenario: sentences about one strategy, read whole or refused with their place."""

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.scenario import Scenario
from simulator.shipped import shipped
from simulator.yamlfile import parse

SENTENCE = "saves 60-70% with 75% of requests on the small model"


def _read(claims: str, more: str = "") -> Scenario:
    text = shipped("scenarios/support-chat.yaml").read_text(encoding="utf-8")
    text = text.replace("  routed:\n", f"{more}  routed:\n")
    return parse(f"{text}\nclaims:\n{claims}", Scenario, name="s.yaml")


def test_a_sentence_is_about_the_only_strategy_beside_the_baseline() -> None:
    (bare, named) = _read(f"  - {SENTENCE}\n  - {{says: saves 50%, strategy: routed, scale: 10x}}\n").claims
    assert (bare.says.saves, bare.says.request_share, bare.strategy, bare.scale) == (
        (0.6, 0.7),
        (0.75, 0.75),
        None,
        None,
    )
    assert (named.says.saves, named.strategy, named.scale) == ((0.5, 0.5), "routed", 10.0)


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ("  - it is much better", "not understood: is much better"),
        (f"  - {{says: {SENTENCE}, strategy: single}}", "claims.0: strategy 'single' is not compared; known: routed"),
        (f"  - {{says: {SENTENCE}, strategy: cascade}}", "claims.0: strategy 'cascade' is not compared"),
    ],
)
def test_what_cannot_be_checked_is_refused(claims: str, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        _read(claims)


def test_with_several_strategies_a_sentence_says_which() -> None:
    with pytest.raises(
        InvalidFile, match=r"claims\.0: say which strategy it is about, as in \{says: …, strategy: third"
    ):
        _read(f"  - {SENTENCE}", "  third: gpt-4o-mini\n  fourth: gpt-4o-mini\n")
