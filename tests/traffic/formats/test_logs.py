"""Logs of gateways, observability tools and APIs: what counts as input, what is left out, what stays."""

import csv
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from simulator.calls import CALLS
from simulator.errors import InvalidFile
from simulator.traffic import formats, mapping


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def requests(found):
    return [row for rows in found.trace.sessions() for row in rows]


LITELLM = {
    "request_id": "a",
    "call_type": "acompletion",
    "startTime": "2026-11-01T10:00:00.500Z",
    "endTime": "2026-11-01T10:00:02Z",
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "model": "gpt-4o-2024-08-06",
    "model_group": "gpt-4o",
    "end_user": "u1",
    "session_id": "s",
    "cache_hit": "False",
}


def test_litellm_leaves_out_its_own_cache_and_other_calls(tmp_path):
    path = write(
        tmp_path / "l.jsonl",
        LITELLM,
        LITELLM | {"request_id": "b", "startTime": "2026-11-01T10:00:05Z", "endTime": "2026-11-01T10:00:06Z"},
        LITELLM | {"request_id": "c", "cache_hit": "True"},
        LITELLM | {"request_id": "d", "call_type": "aembedding"},
        LITELLM,
    )
    found = formats.read(path)
    assert found.report.dropped == {
        "answered by the proxy's own cache": 1,
        "not a chat request: aembedding": 1,
        "a request id that was there before": 1,
    }
    assert [(r.request_id, r.turn, r.think_s, r.model, r.user) for r in requests(found)] == [
        ("a", 1, 0.0, "gpt-4o", "u1"),
        ("b", 2, 3.0, "gpt-4o", "u1"),
    ]


def test_litellm_as_csv_is_the_same(tmp_path):
    path = tmp_path / "l.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, LITELLM)
        writer.writeheader()
        writer.writerow(LITELLM)
    jsonl = write(tmp_path / "l.jsonl", LITELLM)
    one, two = (formats.read(each).trace.table.drop_columns("source_row") for each in (path, jsonl))
    assert one.equals(two)


LANGFUSE = {
    "id": "a",
    "trace_id": "t",
    "session_id": "s",
    "type": "GENERATION",
    "start_time": "2026-11-01 10:00:00.123456",
    "end_time": "2026-11-01 10:00:01.123456",
    "provided_model_name": "gpt-4o",
    "usage_details": {"input": 40, "input_cached_tokens": 60, "output": 7, "output_reasoning_tokens": 3, "total": 110},
    "prompt_name": "support",
    "prompt_version": 3,
    "user_id": None,
}


def langfuse_rows(found):
    return [(r.input_tokens, r.output_tokens, r.prompt_version, r.session_id) for r in requests(found)]


def test_langfuse_adds_cached_input_and_reasoning_and_skips_spans(tmp_path):
    path = write(tmp_path / "o.jsonl", LANGFUSE, LANGFUSE | {"id": "b", "type": "SPAN"})
    found = formats.read(path)
    assert langfuse_rows(found) == [(100, 10, "support@3", "s")]
    assert found.report.dropped == {"not a generation": 1}


def test_langfuse_as_parquet_is_the_same(tmp_path):
    path = tmp_path / "o.parquet"
    usage = pa.array([list(LANGFUSE["usage_details"].items())], pa.map_(pa.string(), pa.int64()))
    table = pa.Table.from_pylist([LANGFUSE | {"usage_details": None}]).drop_columns("usage_details")
    parquet.write_table(table.append_column("usage_details", usage), path)
    assert langfuse_rows(formats.read(path)) == [(100, 10, "support@3", "s")]


def test_helicone(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text(
        "response_id,response_created_at,response_status,request_created_at,model,prompt_tokens,completion_tokens\n"
        "a,2026-11-01T10:00:01Z,200,2026-11-01T10:00:00Z,gpt-4o,12,3\n"
        "b,2026-11-01T10:00:03Z,500,2026-11-01T10:00:02Z,gpt-4o,14,\n"
    )
    found = formats.read(path)
    assert found.report.format == "helicone"
    assert [(r.at, r.input_tokens, r.output_tokens) for r in requests(found)] == [(0.0, 12, 3), (2.0, 14, 3)]


def span(operation, start, **attributes):
    said = {"gen_ai.operation.name": operation, "gen_ai.conversation.id": "c"} | attributes
    return {
        "traceId": "t",
        "spanId": f"{operation}{start}",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 10**9),
        "attributes": [
            {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
            for key, value in said.items()
        ],
    }


def test_otel_counts_calls_of_models_only_and_knows_old_names(tmp_path):
    start = 1_793_000_000 * 10**9
    new = {"gen_ai.usage.input_tokens": 50, "gen_ai.usage.output_tokens": 5, "gen_ai.request.model": "gpt-4o"}
    old = {"gen_ai.usage.prompt_tokens": 70, "gen_ai.usage.completion_tokens": 7, "gen_ai.request.model": "gpt-4o"}
    spans = [span("invoke_agent", start, **new), span("chat", start, **new), span("chat", start + 3 * 10**9, **old)]
    path = write(tmp_path / "o.jsonl", {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    found = [(r.turn, r.think_s, r.input_tokens, r.output_tokens) for r in requests(formats.read(path))]
    assert found == [(1, 0.0, 50, 5), (2, 2.0, 70, 7)]


BODY = {
    "model": "gpt-4o",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello world"}],
    "max_tokens": 50,
}


def test_openai_batch_lines_are_counted_message_by_message(tmp_path):
    batch = {"custom_id": "q1", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    (request,) = requests(formats.read(write(tmp_path / "b.jsonl", batch)))
    assert (request.request_id, request.parts, request.input_tokens, request.output_tokens) == ("q1", (3, 2), 5, 50)


def test_openai_usage_goes_before_counts_and_limits(tmp_path):
    usage = {"prompt_tokens": 20, "completion_tokens": 8, "total_tokens": 28}
    (request,) = requests(formats.read(write(tmp_path / "b.jsonl", BODY | {"usage": usage})))
    assert (request.input_tokens, request.output_tokens, request.parts) == (20, 8, ())


def test_anthropic_usage_leaves_cached_input_out_so_it_is_added(tmp_path):
    usage = {"input_tokens": 5, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 10, "output_tokens": 8}
    (request,) = requests(formats.read(write(tmp_path / "b.jsonl", BODY | {"usage": usage})))
    assert request.input_tokens == 105


def test_sharegpt_makes_every_answer_a_turn(tmp_path):
    said = [("system", "Be brief."), ("human", "hello world"), ("gpt", "one two"), ("human", "hello"), ("gpt", "one")]
    row = {"id": "x", "conversations": [{"from": who, "value": text} for who, text in said]}
    path = tmp_path / "s.json"
    path.write_text(json.dumps([row, {"id": "y", "conversations": [{"from": "human", "value": "hi"}]}]))
    found = formats.read(path)
    assert [(r.turn, r.parts, r.output_tokens) for r in requests(found)] == [(1, (3, 2), 2), (2, (3, 2, 2, 1), 1)]
    assert found.report.dropped == {"a conversation without an answer": 1}


def call(**changes):
    row = dict.fromkeys(CALLS.names) | {"scale": 1.0, "strategy": "single", "replicate": 1, "request_id": "s0.t1"}
    row |= {"session_id": "s0", "turn": 1, "journey": "chat", "call_id": "s0.t1/0/1", "attempt": 1, "node": "single"}
    row |= {"purpose": "answer", "model": "gpt-4o", "served": True, "due_from": "plan", "scheduled_at": 1.5}
    row |= {"ended_at": 2.5, "first_token_late": False, "outcome": "ok", "input_tokens": 90, "output_tokens": 9}
    return row | {"usage_source": "reported"} | changes


def test_own_calls_become_the_requests_that_were_served(tmp_path):
    path = tmp_path / "calls.parquet"
    rows = [
        call(attempt=1, served=False, input_tokens=None, outcome="rate_limited"),
        call(call_id="s0.t1/0/2", attempt=2),
        call(call_id="s0.t1/1/1", purpose="classify", served=False),
        call(request_id="s0.t2", call_id="s0.t2/0/1", turn=2, scheduled_at=3.0, ended_at=4.0),
        call(scale=10.0, request_id="s0#2.t1", session_id="s0#2"),
    ]
    parquet.write_table(pa.Table.from_pylist(rows, schema=CALLS), path)
    found = formats.read(path)
    assert found.report.dropped == {
        "a call of another rung": 1,
        "no answer: a classifier or the like": 1,
        "another attempt of the same request": 1,
    }
    assert (found.report.read, found.report.kept) == (5, 2)
    assert [(r.request_id, r.at, r.think_s, r.input_tokens) for r in requests(found)] == [
        ("s0.t1", 0.0, 0.0, 90),
        ("s0.t2", None, 0.5, 90),
    ]


def mapped(tmp_path, text, *rows):
    (tmp_path / "map.yaml").write_text(text)
    return mapping.read(write(tmp_path / "x.jsonl", *rows), tmp_path / "map.yaml")


COLUMNS = "columns: {at: ts, input_tokens: usage.in, output_tokens: usage.out, session_id: chat}\n"


def test_a_mapping_reads_nested_columns_units_and_a_filter(tmp_path):
    row = {"ts": 1500, "usage": {"in": 10, "out": 2}, "chat": 7, "kind": "llm"}
    text = f"{COLUMNS}time_unit: ms\nonly: {{kind: llm}}\n"
    found = mapped(tmp_path, text, row, row | {"ts": 4000}, row | {"kind": "tool"})
    assert [(r.session_id, r.turn, r.think_s) for r in requests(found)] == [("7", 1, 0.0), ("7", 2, 2.5)]
    assert found.report.dropped == {"kind is not llm": 1}


def test_a_time_without_a_unit_is_not_guessed(tmp_path):
    with pytest.raises(InvalidFile, match=r"x.jsonl:1: ts is 1500: say its unit, as in `time_unit: ms`"):
        mapped(tmp_path, COLUMNS, {"ts": 1500, "usage": {"in": 1, "out": 1}, "chat": 1})


@pytest.mark.parametrize("ts", ["2026-11-01T10:00:01Z", 1_793_527_201, 1_793_527_201_000, "1793527201.0"])
def test_unix_times_are_told_by_their_size(tmp_path, ts):
    first = {"ts": "2026-11-01T10:00:00Z", "usage": {"in": 1, "out": 1}, "chat": 1}
    assert requests(mapped(tmp_path, COLUMNS, first, first | {"ts": ts}))[1].think_s == 1.0


def test_a_record_that_does_not_fit_is_counted(tmp_path):
    path = write(tmp_path / "h.jsonl", LITELLM, {"startTime": 1}, [1])
    path.write_text(path.read_text() + '{"broken": \n')
    assert formats.read(path).report.dropped == {"not a record of litellm": 1, "not readable as JSON": 1}


def test_every_format_can_be_named_and_has_one_name():
    assert {
        "answers", "azure", "bailian", "burstgpt", "calls", "helicone", "langfuse", "litellm", "mooncake",
        "mooncake-s", "openai", "otel", "ragpulse", "sharegpt", "tenfold", "weka",
    } == set(formats.known())  # fmt: skip


def test_logged_answers_of_an_api_say_when_and_how_much(tmp_path):
    """What a client wrote of its answers, as they came: chat completions, responses, and an error between them."""
    chat = {"id": "c1", "object": "chat.completion", "created": 1_793_000_000, "model": "gpt-4o", "choices": []}
    said = {"usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
    reply = {"id": "r1", "object": "response", "created_at": 1_793_000_003, "model": "gpt-5", "output": []}
    path = write(
        tmp_path / "answers.jsonl",
        chat | said,
        reply | {"usage": {"input_tokens": 7, "output_tokens": 3}},
        {"object": "error", "model": None},
    )
    found = formats.read(path)
    assert found.report.dropped == {"not an answer: error": 1}
    assert [(r.request_id, r.at, r.model, r.input_tokens, r.output_tokens) for r in requests(found)] == [
        ("c1", 0.0, "gpt-4o", 100, 20),
        ("r1", 3.0, "gpt-5", 7, 3),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_spreadsheet_s_separators_are_read(tmp_path, sign):
    path = tmp_path / "log.csv"
    path.write_text(sign.join(["when", "in", "out"]) + "\n" + sign.join(["2026-11-01T10:00:00Z", "5", "6"]) + "\n")
    columns = mapping.Columns(at="when", input_tokens="in", output_tokens="out")
    (row,) = requests(mapping.Mapped(mapping.Mapping(columns=columns)).read(path))
    assert (row.input_tokens, row.output_tokens) == (5, 6)


def test_a_mapping_that_names_what_is_not_there_says_what_is(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("when,n_in,n_out\n2026-11-01T10:00:00Z,5,6\n")
    columns = mapping.Columns(at="when", input_tokens="nin", output_tokens="n_out")
    with pytest.raises(InvalidFile) as caught:
        mapping.Mapped(mapping.Mapping(columns=columns, only={"status": "200"})).read(path)
    assert [problem.removeprefix(f"{path}: ") for problem in caught.value.problems] == [
        "no row has a 'nin' (columns.input_tokens of the mapping)",
        "no row has a 'status' (only.status of the mapping)",
        "its rows have when, n_in, n_out",
    ]


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "log.jsonl").write_text("\n")
    with pytest.raises(InvalidFile, match="the file is empty"):
        formats.read(tmp_path / "log.jsonl")
