"""JSON lines that other load generators read, and that are read back."""

import json

from simulator.traffic import formats, interchange


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_first_turns_have_a_timestamp_and_later_ones_a_delay(trace, tmp_path):
    interchange.write(trace, tmp_path / "t.jsonl")
    session = next(rows for rows in trace.sessions() if len(rows) > 1)
    first, second = [row for row in lines(tmp_path / "t.jsonl") if row["session_id"] == session[0].session_id][:2]
    assert first == {
        "session_id": session[0].session_id,
        "timestamp": round(session[0].at * 1e9) / 1e6,
        "input_length": session[0].input_tokens,
        "output_length": session[0].output_tokens,
    }
    assert second["delay"] == round(session[1].think_s * 1e9) / 1e6
    assert "timestamp" not in second


def test_written_and_read_again_has_the_same_sessions_and_lengths(trace, tmp_path):
    interchange.write(trace, tmp_path / "t.jsonl.gz")
    found = formats.read(tmp_path / "t.jsonl.gz")
    assert found.report.format == "mooncake"
    shape = [
        [
            [(row.turn, row.input_tokens, row.output_tokens, round(row.think_s, 6)) for row in rows]
            for rows in one.sessions()
        ]
        for one in (trace, found.trace)
    ]
    assert shape[0] == shape[1]


def test_block_ids_go_along_where_their_size_is_the_one_that_is_assumed(tmp_path):
    row = {"timestamp": 5.0, "input_length": 600, "output_length": 5, "hash_ids": [0, 1]}
    (tmp_path / "m.jsonl").write_text(json.dumps(row) + "\n")
    interchange.write(formats.read(tmp_path / "m.jsonl").trace, tmp_path / "again.jsonl")
    assert [one["hash_ids"] for one in lines(tmp_path / "again.jsonl")] == [[0, 1]]


def test_the_same_trace_is_the_same_bytes(trace, tmp_path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        interchange.write(trace, tmp_path / name)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
