"""Runs here are rehearsals written down as `tenfold run` leaves them."""

from datetime import datetime
from pathlib import Path

import pytest

from simulator import yamlfile
from simulator.cli.predicted_text import lines
from simulator.comparison.predicted import SAME_PROFILE, of_run
from simulator.comparison.prediction import Prediction
from simulator.pricing.book import PriceBook
from simulator.pricing.snapshot import snapshot_text
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.run.directory import RunDirectory
from simulator.run.ledger import Ledger
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.traffic.generate import generate
from tests.comparison.test_sweep import SEED
from tests.run.hand import run_record
from tests.strategies.scripted import tree


def matrix_run(path: Path, *, matrix: bool) -> Path:
    """The shipped scenario's strategies, and the small model alone if there is a matrix."""
    scenario = load(shipped("scenarios/support-chat.yaml"))
    trace = generate(scenario.traffic, span_s=60.0, seed=SEED)
    sampled = {"only-gpt-4o-mini": tree("gpt-4o-mini", "only-gpt-4o-mini")} if matrix else {}
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    tables = rehearse(trace, scenario.strategies | sampled, profile, scale=1.0, seed=SEED)
    record = run_record(seed=SEED)
    RunDirectory(path=path, final=path).write_record(record)
    Ledger.of(*tables).write(path)
    trace.write(path / "trace.parquet")
    (path / "inputs").mkdir()
    for name, kept in (("scenario", "support-chat"), ("profile", "staging/hosted")):
        text = shipped(f"scenarios/{kept}.yaml").read_text(encoding="utf-8")
        (path / f"inputs/{name}.yaml").write_text(text, encoding="utf-8")
    rates = PriceBook.load().snapshot(["gpt-4o", "gpt-4o-mini"], datetime.fromisoformat(record.started_at))
    (path / "inputs/rates.yaml").write_text(snapshot_text(rates), encoding="utf-8")
    return path


def _by(found: list[Prediction], by: str, strategy: str) -> Prediction:
    (one,) = (one for one in found if (one.by, one.strategy) == (by, strategy))
    return one


def test_what_others_recorded_predicts_a_strategy_that_was_thenmatrix_run(tmp_path: Path) -> None:
    routed = _by(of_run(matrix_run(tmp_path, matrix=True)), "recorded answers", "routed")
    assert routed.predicted is not None
    assert routed.predicted.requests > 200
    assert routed.cost_off_by == pytest.approx(0, abs=0.05)
    assert routed.p95_off_by == pytest.approx(0, abs=0.15)
    assert routed.note is None


def test_its_own_rows_do_not_predict_a_strategy(tmp_path: Path) -> None:
    found = of_run(matrix_run(tmp_path, matrix=False))
    routed = _by(found, "recorded answers", "routed")
    assert (routed.predicted, routed.measured) == (None, None)
    assert routed.note == (
        "no session of this run asked all of gpt-4o, gpt-4o-mini; record them with `tenfold run … --matrix`"
    )
    assert any("none  no session" in line for line in lines(found))


def test_a_rehearsal_of_a_simulated_run_says_what_it_shows(tmp_path: Path) -> None:
    found = of_run(matrix_run(tmp_path, matrix=False))
    for name in ("single", "routed"):
        one = _by(found, "rehearsal", name)
        assert one.cost_off_by == pytest.approx(0, abs=1e-3)
        assert one.note == SAME_PROFILE
