"""A run directory: partial until it is whole, never half-written under its final name."""

import os
import re
import resource
import signal
from pathlib import Path

import pytest

from simulator.errors import BadInput, InvalidFile, Precondition
from simulator.run.directory import RunDirectory, writing
from tests.run.hand import run_record


def test_a_run_is_partial_until_it_is_committed(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, "support-chat", seed=1)
    assert re.fullmatch(r"\d{8}T\d{6}Z_support-chat_[0-9a-f]{6}\.partial", run.path.name)
    assert not run.whole
    run.commit()
    assert run.whole
    assert [entry.name for entry in tmp_path.iterdir()] == [run.id]


def test_who_stands_in_a_run_calls_it_by_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")
    run.write_record(run_record())
    monkeypatch.chdir(run.path)
    assert RunDirectory.open(Path()).id == "mine"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidFile, match="no run here"):
        RunDirectory.open(Path())


def test_out_is_the_run_directory_itself_and_may_exist_empty(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    run = RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")
    assert run.path == tmp_path / "mine.partial"
    assert run.commit() == tmp_path / "mine"


@pytest.mark.parametrize(("taken", "says"), [("mine", "is not empty"), ("mine.partial", "holds an unfinished run")])
def test_a_directory_in_use_is_refused(tmp_path: Path, taken: str, says: str) -> None:
    (tmp_path / taken).mkdir()
    (tmp_path / taken / "notes.txt").write_text("keep me")
    with pytest.raises(BadInput, match=says):
        RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")
    assert (tmp_path / taken / "notes.txt").read_text() == "keep me"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(BadInput, match="is a file"):
        RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")


def test_a_place_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Precondition, match="choose another place with --out"):
        RunDirectory.create(tmp_path / "file", "s", seed=1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_place_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Precondition, match="cannot be written"):
        RunDirectory.create(tmp_path, "s", seed=1)
    tmp_path.chmod(0o700)


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """A file-size limit of this process stands for the disk: the kernel answers EFBIG as it would ENOSPC."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(Precondition, match="the disk is full"), writing(tmp_path / "big"):
            (tmp_path / "big").write_bytes(b"x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_inputs_are_kept_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "scenario.yaml"
    source.write_bytes(b"name: x  # \xc3\x97\r\n")
    run = RunDirectory.create(tmp_path, "s", seed=1)
    assert run.keep(source).read_bytes() == source.read_bytes()
    assert run.keep(source, name="again.yaml").name == "again.yaml"


def test_the_record_is_read_back_from_finished_and_partial_runs(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, "s", seed=1, out=tmp_path / "mine")
    run.write_record(run_record())
    assert RunDirectory.open(tmp_path / "mine").read_record() == run_record()  # still mine.partial
    run.commit()
    assert RunDirectory.open(tmp_path / "mine").read_record() == run_record()
    assert not list(run.path.glob("*.new"))


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"no run here \(run.json is missing\)"):
        RunDirectory.open(tmp_path / "nothing")


def test_a_record_of_another_version_says_where(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, "s", seed=1)
    run.write_record(run_record())
    text = (run.path / "run.json").read_text()
    (run.path / "run.json").write_text(text.replace("run/1", "run/9"))
    with pytest.raises(InvalidFile, match="schema_version: Input should be 'run/1'; written by another version"):
        run.read_record()


def test_a_partial_run_that_was_opened_again_becomes_whole_under_its_own_name(tmp_path: Path):
    made = RunDirectory.create(tmp_path, "launch", seed=1, out=tmp_path / "out")
    (made.path / "run.json").write_text("{}")
    opened = RunDirectory.open(tmp_path / "out")
    assert not opened.whole
    assert opened.commit() == tmp_path / "out"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
