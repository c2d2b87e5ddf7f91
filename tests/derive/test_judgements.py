import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.comparison.labels import Labels
from simulator.derive import derive
from simulator.derive.judgements import claim_verdict, cost_and_quality
from simulator.errors import BadInput, InvalidFile
from simulator.verdicts.claims import Claim
from tests.derive import rehearsed


@pytest.fixture
def labels(finished: Path, tmp_path: Path) -> Path:
    """The large model is always right, the small one on every request but each tenth."""
    requests = sorted(set(pq.read_table(finished / "trace.parquet")["request_id"].to_pylist()))
    rows = [
        {
            "request_id": request,
            "model": model,
            "quality": float(model == "gpt-4o" or number % 10 > 0),
            "segment": "all",
        }
        for number, request in enumerate(requests)
        for model in ("gpt-4o", "gpt-4o-mini")
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_quality_is_a_clause_only_where_somebody_judged_it(finished: Path, labels: Path) -> None:
    claim = Claim.parse("no visible loss")
    assert claim_verdict(finished, claim).outcome == "no data"
    assert claim_verdict(finished, claim, labels=labels).outcome == "fails"


def test_a_scenario_that_names_its_labels_has_its_claims_judged_by_them(
    repository: Path, labels: Path, tmp_path: Path
) -> None:
    claims = f"quality: {{labels: {labels.name}}}\nclaims: [no visible loss, loses at most 40 pp]\n"
    folder = tmp_path / "scenario"
    shutil.copytree(repository / "scenarios/staging", folder / "staging")
    shutil.copy(labels, folder)
    scenario = folder / "judged.yaml"
    text = (repository / "scenarios/support-chat.yaml").read_text(encoding="utf-8")
    scenario.write_text(text + claims, encoding="utf-8")
    path = rehearsed.run(scenario, tmp_path / "out", scales=(1.0,), duration_s=30.0)
    labels.unlink()
    summary = derive(path)
    (lost, held), quality = summary.claims, summary.quality
    assert quality is not None
    assert (lost.verdict.outcome, held.verdict.outcome) == ("fails", "holds")
    assert "judged pairs" in lost.verdict.clauses[0].says
    assert quality.requests > 50
    assert quality.note is not None
    assert "--matrix" in quality.note  # the small model was not asked everything
    assert claim_verdict(path, Claim.parse("no visible loss")) == lost.verdict
    scenario.write_text(text + "quality: {labels: elsewhere.csv}\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"elsewhere.csv"):
        rehearsed.run(scenario, tmp_path / "again", scales=(1.0,), duration_s=30.0)


def test_a_routed_strategy_lies_left_of_the_large_model_and_loses_a_little(finished: Path, labels: Path) -> None:
    routed, single = cost_and_quality(finished, Labels.read(labels)).places
    assert (routed.strategy, single.strategy) == ("routed", "single")
    assert routed.cost < single.cost
    assert 0.9 <= routed.quality < single.quality == 1.0


def test_labels_of_other_requests_are_refused(finished: Path, tmp_path: Path) -> None:
    other = tmp_path / "labels.csv"
    other.write_text("request_id,model,quality\nelsewhere,gpt-4o,1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no request at 1× has a label for every strategy's answer"):
        cost_and_quality(finished, Labels.read(other))
