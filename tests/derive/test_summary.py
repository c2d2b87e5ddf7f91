import shutil
from pathlib import Path

import pytest

from simulator.derive import derive
from simulator.errors import ExitCode, InvalidFile
from simulator.run.directory import RunDirectory
from simulator.run.record import Status


def test_a_summary_adds_up_and_reads_its_files_only(finished: Path) -> None:
    summary = derive(finished)
    assert [(rung.scale, rung.strategy) for rung in summary.rungs] == [
        (scale, name) for scale in (1.0, 2.0) for name in ("single", "routed")
    ]
    assert summary.reconciliation.holds
    assert sum(cost.total for cost in summary.costs if cost.total is not None) == summary.total_usd
    assert derive(finished) == summary


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


def test_a_run_without_a_rung_has_nothing_to_say(finished: Path, tmp_path: Path) -> None:
    directory = RunDirectory.open(shutil.copytree(finished, tmp_path / "run"))
    directory.write_record(directory.read_record().model_copy(update={"rungs": []}))
    with pytest.raises(InvalidFile, match="no rung was recorded"):
        derive(directory.path)
