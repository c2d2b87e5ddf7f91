"""A matrix says what a strategy will cost; a later run, here rehearsed, holds it against what was measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator import yamlfile
from simulator.comparison.foretold import Foretold
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.traffic.generate import generate
from simulator.traffic.trace import Trace
from tests.comparison.test_predicted import matrix_run
from tests.comparison.test_sweep import SCORED, SEED
from tests.strategies.scripted import tree

NODES = {"scored": tree(SCORED, "scored")}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matrix_run(tmp_path_factory.mktemp("earlier"), matrix=True)


def _trace(seed: int = SEED) -> Trace:
    return generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=60.0, seed=seed)


def _measured(earlier: Path, trace: Trace) -> Source:
    """The strategy run on its own."""
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    calls, requests = rehearse(trace, NODES, profile, scale=1.0, seed=SEED)
    return replace(Source.read(earlier), calls=calls, requests=requests, sessions=trace.sessions())


def test_what_was_kept_before_the_run_stands_beside_what_it_measured(earlier: Path, tmp_path: Path) -> None:
    ahead = Foretold.of(earlier, NODES, _trace())
    (tmp_path / "inputs").mkdir()
    ahead.write(tmp_path)
    kept = Foretold.read(tmp_path)
    assert kept is not None
    (found,) = kept.beside(_measured(earlier, _trace()))
    assert found.predicted is not None
    assert found.measured is not None
    assert (found.by, found.strategy) == ("earlier run", "scored")
    assert found.note == "it rests on answers of a simulated endpoint"
    assert found.predicted.requests == found.measured.requests == len(_trace())
    assert found.cost_off_by == pytest.approx(0, abs=0.1)
    assert found.p95_off_by == pytest.approx(0, abs=0.2)
    assert found.measured.response_p95.low is not None


def test_other_requests_than_the_predicted_ones_are_told(earlier: Path) -> None:
    other = _trace(seed=SEED + 5)
    (found,) = Foretold.of(earlier, NODES, other).beside(_measured(earlier, other))
    assert found.note is not None
    assert found.note.startswith("on other requests than those it was predicted for")
    assert found.measured is not None
    assert found.measured.requests == len(other)


def test_an_assumed_label_is_told_and_a_strategy_without_answers_is_named(earlier: Path) -> None:
    judged = tree("classify: {with: gpt-4o-mini, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}", "judged")
    unknown = tree("gpt-5", "unknown")
    ahead = Foretold.of(earlier, {"judged": judged, "unknown": unknown}, _trace(), label_accuracy=0.9)
    assert ahead.facts.label_accuracy == {"judged": 0.9}
    assert "no session of this run asked all of gpt-5" in ahead.facts.why_not["unknown"]
    with pytest.raises(BadInput, match=r"--predicted-by .*asked all of gpt-5"):
        Foretold.of(earlier, {"unknown": unknown}, _trace())


def test_a_run_without_a_prediction_kept_none(tmp_path: Path) -> None:
    assert Foretold.read(tmp_path) is None
