"""Logs in which single values are bent: the row is left out and counted, the rest is read, nothing is raised."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.traffic import formats

MOONCAKE = {"timestamp": 0, "input_length": 600, "output_length": 20, "hash_ids": [1, 2], "session_id": "s"}
RAGPULSE = {
    "timestamp": "1.5",
    "input_length": 600,
    "output_length": 20,
    "hash_ids": {"sys_prompt": [1], "passages_ids": [2], "history": [], "web_search": [], "user_input": [3]},
    "session_id": "s",
}
BAILIAN = {
    "chat_id": 1,
    "parent_chat_id": -1,
    "timestamp": 1.5,
    "input_length": 100,
    "output_length": 20,
    "type": "text",
    "turn": 1,
    "hash_ids": [1],
}
OTHERS: list[Any] = [
    None, "", "NaN", float("nan"), float("inf"), -1, 0.5, 10**30, True, [], {}, [1], "١٢", "\ud800", "9" * 40,
]  # fmt: skip


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("sample", [MOONCAKE, RAGPULSE, BAILIAN])
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bent_value_costs_at_most_its_row(sample: dict[str, Any], tmp_path: Path, data: st.DataObject) -> None:
    bent = sample | {data.draw(st.sampled_from(sorted(sample))): data.draw(st.sampled_from(OTHERS))}
    path = write(tmp_path / "log.jsonl", sample, bent)
    found = formats.read(path)
    assert found.report.read == 2
    assert len(found.trace) == found.report.kept >= 1


def test_rows_with_values_that_no_column_holds_are_counted_by_line(tmp_path: Path) -> None:
    bent = [MOONCAKE | {"input_length": value, "hash_ids": None} for value in (True, "600", 10**30)]
    found = formats.read(write(tmp_path / "log.jsonl", MOONCAKE, *bent, MOONCAKE | {"timestamp": 5000}))
    assert (found.report.dropped, len(found.trace)) == ({"a value that no request can have": 3}, 2)
    assert found.report.lines["a value that no request can have"] == [2, 3, 4]


def test_a_time_beyond_every_calendar_is_no_time(tmp_path: Path) -> None:
    found = formats.read(write(tmp_path / "log.jsonl", MOONCAKE, MOONCAKE | {"timestamp": 9e12}))
    assert found.report.dropped == {"no time": 1}


def test_a_log_of_nothing_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="no row that can be replayed"):
        formats.read(write(tmp_path / "log.jsonl", MOONCAKE | {"input_length": True}))
