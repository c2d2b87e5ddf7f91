"""Public trace formats: small files with their traps, and the real ones where they are there."""

import gzip
import json

import pytest

from simulator.errors import InvalidFile
from simulator.traffic import formats
from simulator.traffic.info import info


def write(path, *rows, end="\n"):
    path.write_text("".join(json.dumps(row) + end for row in rows))
    return path


def requests(found):
    return [row for rows in found.trace.sessions() for row in rows]


def test_mooncake_counts_milliseconds_and_names_a_partial_block_too(tmp_path):
    path = write(
        tmp_path / "m.jsonl",
        {"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [0, 1]},
        {"timestamp": 3000, "input_length": 1024, "output_length": 6, "hash_ids": [0, 2]},
    )
    found = formats.read(path)
    assert found.report.format == "mooncake"
    assert [(r.at, r.input_tokens, r.prefix_hashes, r.block_size) for r in requests(found)] == [
        (0.0, 600, (0, 1), 512),
        (3.0, 1024, (0, 2), 512),
    ]


def test_seconds_that_would_pass_for_milliseconds_are_doubted_and_read_when_named(tmp_path):
    rows = [{"timestamp": n / 4, "input_length": 9, "output_length": 5} for n in range(2000)]
    path = write(tmp_path / "s.jsonl", *rows)
    with pytest.raises(InvalidFile, match="4,000 requests/s over 500 ms if its times are milliseconds") as caught:
        formats.read(path)
    assert "--format mooncake-s if they are seconds" in str(caught.value)
    assert formats.read(path, form="mooncake-s").trace.span_s == pytest.approx(500)
    assert formats.read(path, form="mooncake").trace.span_s == pytest.approx(0.5)


def test_block_ids_of_another_size_are_not_taken_for_512_tokens(tmp_path):
    row = {"timestamp": 0, "input_length": 1000, "output_length": 5}
    path = write(tmp_path / "m.jsonl", row | {"hash_ids": [1, 2]}, row | {"hash_ids": list(range(63))})
    report = formats.read(path).report
    assert report.dropped == {"512 tokens a block id do not add up to its input_length": 1}
    assert report.lines["512 tokens a block id do not add up to its input_length"] == [2]


def test_bailian_follows_parents_into_one_session(tmp_path):
    row = {"input_length": 20, "output_length": 5, "type": "text", "turn": 1, "hash_ids": [7]}
    path = write(
        tmp_path / "b.jsonl",
        row | {"chat_id": 1, "parent_chat_id": -1, "timestamp": 10.5},
        row | {"chat_id": 2, "parent_chat_id": 1, "timestamp": 12.5},
        row | {"chat_id": 4, "parent_chat_id": 3, "timestamp": 13.0},  # its parent is before the window
    )
    found = formats.read(path)
    assert [(r.session_id, r.turn, r.at, r.think_s) for r in requests(found)] == [
        ("c1", 1, 0.0, 0.0),
        ("c1", 2, None, 2.0),
        ("c4", 1, 2.5, 0.0),
    ]


V1 = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type"
V3 = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type"


def test_burstgpt_keeps_failures_as_arrivals(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text(f"{V1}\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,10,0,10,API log\n")
    found = formats.read(path)
    assert found.report.lines == {"no answer length: planned as the median, 18 tokens": [3]}
    assert [(r.at, r.model, r.journey, r.output_tokens) for r in requests(found)] == [
        (0.0, "ChatGPT", "conversation", 18),
        (40.0, "GPT-4", "api", 18),
    ]


def test_burstgpt_of_the_third_release_has_sessions_and_ends(tmp_path):
    path = tmp_path / "b.csv"
    rows = ["19440110.0,a,43,GPT-4,906,446,1352,Conversation log", "19440161.5,a,2,GPT-4,36,29,65,Conversation log"]
    path.write_text("\n".join([V3, *rows, "19440162.0,,,ChatGPT,36,29,65,API log"]))
    found = [(r.turn, r.at, r.think_s) for r in requests(formats.read(path))]
    assert found == [(1, 0.0, 0.0), (2, None, 8.5), (1, 52.0, 0.0)]


def test_ragpulse_survives_blank_lines_and_disorder(tmp_path):
    ids = {"sys_prompt": [1, 2], "passages_ids": [3], "history": [], "web_search": [], "user_input": [4]}
    row = {"input_length": 200, "output_length": 9, "hash_ids": ids}
    path = write(
        tmp_path / "r.jsonl",
        row | {"timestamp": "93", "session_id": "b"},
        row | {"timestamp": "82", "session_id": "a"},
        end="\n\n",
    )
    found = formats.read(path)
    assert found.report.lines == {"earlier than the row before it: sorted by time": [3]}
    assert [(r.session_id, r.at, r.prefix_hashes) for r in requests(found)] == [("a", 0.0, ()), ("b", 11.0, ())]
    assert "prefix reuse is unknown" in found.report.text()


def test_ragpulse_components_become_blocks_when_their_lengths_are_there(tmp_path):
    parts = {"1_sys_prompt": "sys_prompt_id", "2_passages": "passage_id", "3_history": "history_id"}
    for stem, field in (parts | {"4_user_input": "user_input_id", "5_web_search": "web_search_id"}).items():
        write(tmp_path / f"{stem}.jsonl", *({field: n, "token_length": 64} for n in range(9)))
    row = {"timestamp": "1", "input_length": 256, "output_length": 9, "session_id": "a"}
    ids = {"sys_prompt": [1], "passages_ids": [2, 3], "history": [], "web_search": [], "user_input": [4]}
    path = write(tmp_path / "r.jsonl", row | {"hash_ids": ids}, row | {"hash_ids": ids | {"passages_ids": [2, 5]}})
    one, two = (r.prefix_hashes for r in requests(formats.read(path)))
    assert [a == b for a, b in zip(one, two, strict=True)] == [True, True, False, False]


def weka(**changes):
    step = {"t": 0.0, "type": "n", "model": "m", "in": 130, "out": 9, "hash_ids": [1, 2], "think_time": 0.0}
    later = step | {"t": 9.0, "type": "s", "in": 200, "out": 0, "hash_ids": [1, 2, 3], "think_time": 4.5}
    nested = {"t": 3.0, "type": "subagent", "agent_id": "agent_001", "requests": [step]}
    return {"id": "x", "block_size": 64, "hash_id_scope": "local", "requests": [step, nested, later]} | changes


def test_weka_sessions_keep_think_times_local_ids_and_subagents_apart(tmp_path):
    found = formats.read(write(tmp_path / "w.jsonl", weka(), weka(id="y")))
    rows = requests(found)
    assert [(r.session_id, r.turn, r.think_s) for r in rows[:3]] == [
        ("x", 1, 0.0),
        ("x", 2, 4.5),
        ("x/agent_001", 1, 0.0),
    ]
    assert {r.output_tokens for r in rows} == {9}  # 0 is planned as the median
    assert rows[1].prefix_hashes[:2] == rows[0].prefix_hashes
    assert not set(rows[0].prefix_hashes) & set(rows[3].prefix_hashes)
    assert "the log has no times" in found.report.text()


@pytest.mark.parametrize(
    ("path", "rows", "sessions", "reuse"),
    [
        ("mooncake/conversation_trace.jsonl.gz", 12_031, 12_031, 0.374),
        ("ragpulse/0_trace_first5days.jsonl.gz", 5_167, 2_899, 0.315),
        ("weka/weka_sessions_public60.jsonl.gz", 3_040, 63, 0.959),
    ],
)
def test_the_real_traces_have_their_published_prefix_reuse(real_data, path, rows, sessions, reuse):
    found = info(formats.read(real_data / "traces" / path))
    assert (found.rows, found.sessions) == (rows, sessions)
    assert found.prefix_reuse == pytest.approx(reuse, abs=0.001)


def test_the_real_head_of_ragpulse_and_samples_of_burstgpt_are_read(real_data):
    traces = real_data / "traces"
    assert len(formats.read(traces / "ragpulse/0_trace_raw_head.jsonl").trace) == 60
    assert len(formats.read(traces / "burstgpt/burstgpt_v3_format_sample.csv").trace) == 4


def test_mooncakes_ticks_are_told(tmp_path):
    rows = [{"timestamp": 3000 * (n // 20), "input_length": 9, "output_length": 5, "hash_ids": [0]} for n in range(200)]
    path = tmp_path / "m.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    assert "ticks of 3 s" in formats.read(path).report.text()
