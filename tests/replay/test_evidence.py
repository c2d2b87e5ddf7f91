"""Evidence is readable whatever killed the writer."""

import json
from pathlib import Path

import pytest

from simulator.calls import CALLS, REQUESTS
from simulator.errors import InvalidFile
from simulator.replay.evidence import CALLS_FILE, Evidence, batch, read
from tests.replay.rig import Rows, replay
from tests.replay.scripted import Scripted, answer


@pytest.fixture(scope="module")
def rows() -> Rows:
    with Scripted(answer()) as server:
        return replay(server.url)


def write(run_dir: Path, rows: Rows, *, times: int) -> Evidence:
    evidence = Evidence(run_dir, on_failure=pytest.fail)
    evidence.write_facts({"status": "running", "rungs": []})
    for _ in range(times):
        evidence.append(batch(rows.calls, CALLS), batch(rows.requests, REQUESTS))
    return evidence


def test_rows_come_back_as_they_were(tmp_path: Path, rows: Rows):
    write(tmp_path, rows, times=2).close()
    calls, requests, facts = read(tmp_path)
    assert calls.schema == CALLS
    assert [row["call_id"] for row in calls.to_pylist()] == ["s1.t1/0/1"] * 2
    assert requests.to_pylist()[0]["final_outcome"] == "ok"
    assert facts["status"] == "running"


def test_a_stream_that_was_never_closed_is_whole(tmp_path: Path, rows: Rows):
    evidence = write(tmp_path, rows, times=3)
    assert read(tmp_path)[0].num_rows == 3
    evidence.close()


def test_a_stream_that_was_cut_anywhere_gives_its_whole_batches(tmp_path: Path, rows: Rows):
    write(tmp_path, rows, times=2).close()
    path = tmp_path / CALLS_FILE
    whole, found = path.read_bytes(), set()
    for length in range(0, len(whole) + 97, 97):
        path.write_bytes(whole[:length])
        found.add(read(tmp_path)[0].num_rows)
    assert found == {0, 1, 2}


def test_a_directory_without_a_replay_is_named(tmp_path: Path):
    with pytest.raises(InvalidFile, match=r"replay\.json: no replay was recorded here"):
        read(tmp_path)


def test_facts_are_never_half_written(tmp_path: Path, rows: Rows):
    evidence = write(tmp_path, rows, times=0)
    evidence.write_facts({"status": "complete", "rungs": [1]})
    assert json.loads((tmp_path / "replay.json").read_text()) == {"status": "complete", "rungs": [1]}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls.arrows", "replay.json", "requests.arrows"]
    evidence.close()
