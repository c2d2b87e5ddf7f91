"""What a scenario sweeps is checked when it is read, not after the run that was to record it."""

from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.strategies.axis import Axis

SUPPORT = shipped("scenarios/support-chat.yaml")


def _scenario(folder: Path, more: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(f"{SUPPORT.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
    return path


def test_a_scenario_says_what_to_sweep_and_strategies_that_are_added_bring_their_own(tmp_path: Path) -> None:
    path = _scenario(tmp_path, "sweep: {routed.retry.classify.rubric_tokens: 100..300:3}")
    own = Axis.parse("routed.retry.classify.rubric_tokens=100..300:3")
    assert load(path).axes == (own,)
    also = shipped("scenarios/strategies/scored.yaml")
    assert load(path, also=also).axes == (
        own,
        Axis.parse("scored.score.threshold=0..1:21"),
        Axis.parse("scored.score.auc=60%..95%:8"),
    )
    assert load(SUPPORT).axes == ()


@pytest.mark.parametrize(
    ("sweep", "problem"),
    [
        ("routd.retry.times: 1..3:3", "sweep: no strategy routd; known: single, routed"),
        ("routed.retry.score.auc: 60%..90%:3", "sweep: routed.retry.score.auc: nothing named 'score' there"),
        ("routed.retry.classify.rubric: 1..3:3", "no option of classify; known: with, rubric_tokens"),
        ("routed.retry.jitter: 50%..150%:3", "a share lies between 0% and 100%"),
        ("routed.retry.times: 1..3", "write 0..1:101"),
    ],
)
def test_what_no_strategy_takes_is_refused_with_its_path(sweep: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=problem):
        load(_scenario(tmp_path, f"sweep: {{{sweep}}}"))
