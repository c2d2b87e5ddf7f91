import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from simulator.derive import derive
from simulator.errors import ExitCode, InvalidFile
from simulator.run.directory import SCENARIO_FILE, RunDirectory
from simulator.run.record import Status
from tests.derive import rehearsed


def test_a_summary_adds_up_and_reads_its_files_only(finished: Path) -> None:
    summary = derive(finished)
    assert [(rung.scale, rung.strategy) for rung in summary.rungs] == [
        (scale, name) for scale in (1.0, 2.0) for name in ("single", "routed")
    ]
    assert summary.reconciliation.holds
    assert sum(cost.total for cost in summary.costs if cost.total is not None) == summary.total_usd
    assert derive(finished) == summary


def test_strategies_are_compared_over_the_steady_window_that_their_rungs_are_judged_by(finished: Path) -> None:
    summary = derive(finished)
    measured = {(rung.scale, rung.strategy): rung.response_time.p95.value for rung in summary.rungs}
    assert {(one.scale, one.strategy): one.response_p95 for one in summary.comparison.contenders} == measured


@pytest.mark.parametrize(
    ("status", "code"),
    [("interrupted", ExitCode.INTERRUPTED), ("stopped", ExitCode.GUARD), ("failed", ExitCode.NOT_VALID)],
)
def test_a_run_that_did_not_end_well_says_so_by_its_code(
    finished: Path, tmp_path: Path, status: Status, code: ExitCode
) -> None:
    directory = RunDirectory.open(shutil.copytree(finished, tmp_path / "run"))
    directory.write_record(directory.read_record().model_copy(update={"status": status}))
    run = derive(directory.path).run
    assert (run.exit_code, run.verdict) == (code, "INCOMPLETE")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"objectives": ["errors < 90%"]}, ExitCode.PASS),
        ({"objectives": ["p(95) response_time < 1ms"]}, ExitCode.FAILED),
        ({"objectives": ["p(95) response_time < 1ms at 100x"]}, ExitCode.FAILED),  # no data is no pass
        ({"objectives": ["errors < 90%"], "claims": ["saves 1%"]}, ExitCode.PASS),
        ({"objectives": ["errors < 90%"], "claims": ["saves 1%", "saves 99%"]}, ExitCode.FAILED),
    ],
)
def test_an_objective_or_a_claim_alone_fails_a_run(
    finished: Path, tmp_path: Path, said: dict[str, list[str]], code: ExitCode
) -> None:
    directory = RunDirectory.open(shutil.copytree(finished, tmp_path / "run"))
    scenario = directory.path / SCENARIO_FILE
    written = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    scenario.write_text(yaml.safe_dump(written | said, sort_keys=False), encoding="utf-8")
    assert derive(directory.path).run.exit_code == code


def test_a_price_that_was_read_after_the_run_is_assumed(finished: Path) -> None:
    said = derive(finished, at=datetime(2026, 1, 1, tzinfo=UTC)).provenance
    assert said["prices of gpt-4o, gpt-4o-mini"].startswith("assumed for 2026-01-01: no first day is known")
    assert not [name for name in derive(finished).provenance if name.startswith("prices of")]


def test_a_run_without_a_rung_has_nothing_to_say(finished: Path, tmp_path: Path) -> None:
    directory = RunDirectory.open(shutil.copytree(finished, tmp_path / "run"))
    directory.write_record(directory.read_record().model_copy(update={"rungs": []}))
    with pytest.raises(InvalidFile, match="no rung was recorded"):
        derive(directory.path)


HELPED = """\
strategies:
  helped:
    cascade:
      of: [gpt-4o-mini, {human: {cost: $4..$5, takes: 5m}}]
      accept: {assumed: {easy: 100%, hard: 80%..100%}}
"""


def test_people_and_ranges_are_assumed_and_the_books_balance_with_them(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "helped.yaml").write_text(HELPED)
    path = rehearsed.run(
        repository / "scenarios/support-chat.yaml",
        tmp_path / "run",
        scales=(1.0,),
        duration_s=30.0,
        strategies=("single", "helped"),
        tried=tmp_path / "helped.yaml",
    )
    summary = derive(path)
    single, helped = sorted(summary.costs, key=lambda cost: cost.strategy, reverse=True)
    cases = sum(item.quantity for item in summary.items if item.purpose == "human")
    assert cases > 0
    assert (single.people, helped.people) == (0, cases * Decimal("4.5"))
    assert summary.reconciliation.holds
    assert summary.unpriced_calls == 0
    assert summary.provenance["cases that people answered"].startswith("assumed")
    assert summary.provenance["helped.cascade.accept.assumed.hard"] == "assumed: the middle of 80%..100%"
    (note,) = (one.note for one in summary.comparison.contenders if one.strategy == "helped")
    assert "is people's cases, assumed as declared" in (note or "")
