"""A run is verified by its hashes and by making its reports again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.run.directory import RunDirectory
from simulator.run.record import hashes, versions
from simulator.run.verification import verify
from tests.run.hand import run_record


def report(text: str) -> Callable[[Path], list[str]]:
    """A stage that derives one report, always the same."""

    def rebuild(target: Path) -> list[str]:
        (target / "report.md").write_text(text)
        return ["report.md"]

    return rebuild


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run of one input, one evidence file and one report."""
    run = RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")
    (run.path / "inputs" / "scenario.yaml").write_text("name: s")
    (run.path / "calls.parquet").write_bytes(b"rows")
    report("what it costs")(run.path)
    inputs, outputs = (hashes(run.path, names) for names in (["inputs/scenario.yaml"], ["calls.parquet", "report.md"]))
    run.write_record(run_record(inputs=inputs, outputs=outputs, versions=versions()))
    run.commit()
    return run


def outcomes(run: RunDirectory, text: str = "what it costs") -> tuple[dict[str, str], bool]:
    found = verify(run, rebuild=report(text))
    return {file.path: file.outcome for file in found.files}, found.holds


def test_an_untouched_run_holds(run: RunDirectory) -> None:
    assert outcomes(run) == (dict.fromkeys(["calls.parquet", "inputs/scenario.yaml", "report.md"], "same"), True)


@pytest.mark.parametrize("name", ["calls.parquet", "inputs/scenario.yaml", "report.md"])
def test_a_file_that_was_touched_or_lost_is_named(run: RunDirectory, name: str) -> None:
    (run.path / name).write_text("edited")
    changed, holds = outcomes(run)
    assert (changed[name], holds) == ("changed", False)
    (run.path / name).unlink()
    assert outcomes(run)[0][name] == "missing"


def test_a_report_that_comes_out_otherwise_is_named(run: RunDirectory) -> None:
    files, holds = outcomes(run, "another figure")
    assert (files["report.md"], holds) == ("rebuilt otherwise", False)


def test_a_package_that_moved_since_is_named(run: RunDirectory) -> None:
    record = run.read_record()
    run.write_record(record.model_copy(update={"versions": record.versions | {"numpy": "1.0"}}))
    found = verify(run, rebuild=report("what it costs"))
    assert found.other_versions == {"numpy": f"1.0 → {versions()['numpy']}"}


def test_a_run_that_recorded_nothing_does_not_hold(run: RunDirectory) -> None:
    run.write_record(run.read_record().model_copy(update={"inputs": {}, "outputs": {}}))
    assert not verify(run, rebuild=report("what it costs")).holds
