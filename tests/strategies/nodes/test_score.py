from dataclasses import replace

import pytest

from simulator.strategies.effects import Turn
from simulator.strategies.nodes.score import Score
from tests.strategies.scripted import REQUEST, sent, serve, tree


def _node(**options: object) -> Score:
    words = {"weak": "small", "strong": "big", "threshold": "50%", "auc": "80%"} | options
    found = tree(f"score: {{{', '.join(f'{name}: {value}' for name, value in words.items())}}}")
    assert isinstance(found, Score)
    return found


def _strong(node: Score, difficulty: str | None, count: int = 4000) -> float:
    turns = (Turn(replace(REQUEST, request_id=f"r{n}", difficulty=difficulty), 1, at=0.0) for n in range(count))
    return sum(map(node.is_strong, turns)) / count


def test_the_threshold_decides_and_no_call_is_made_for_it() -> None:
    always, never = _node(threshold="0%", takes="20ms"), _node(threshold="100%")
    served = serve(always, "done")
    assert (sent(served), served.ended_at) == ([("big", "answer", 0, 1)], pytest.approx(1.02))
    assert sent(serve(never, "done")) == [("small", "answer", 0, 1)]


def test_the_score_tells_hard_from_easy_as_well_as_declared() -> None:
    """auc 80 %: d = √2·Φ⁻¹(.8) = 1.190; at the middle Φ(d/2) = 72.4 % of the hard ones lie above."""
    assert _strong(_node(), "hard") == pytest.approx(0.724, abs=0.02)
    assert _strong(_node(), "easy") == pytest.approx(0.276, abs=0.02)


def test_a_score_that_knows_nothing_splits_both_alike() -> None:
    blind = _node(auc="50%", threshold="30%")
    assert _strong(blind, "hard") == pytest.approx(0.7, abs=0.02)
    assert _strong(blind, "hard") == _strong(blind, "easy") == _strong(blind, None)


@pytest.mark.parametrize("auc", ["40%", "100%"])
def test_no_router_is_worse_than_chance_or_perfect(auc: str) -> None:
    with pytest.raises(ValueError, match="auc"):
        _node(auc=auc)
