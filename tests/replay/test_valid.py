"""Answers checked as they arrive: the row says whether one passed, a cascade hears it, the text goes nowhere."""

import json
from dataclasses import replace
from typing import Any

from simulator.replay.plan import Target
from simulator.scenario.quality import Validator
from tests.replay.rig import replay, request
from tests.replay.scripted import STREAM, Piece, Scripted, answer, chunk, end, event, plain

JSON = Validator.model_validate("json")
CASCADE = {"cascade": {"of": ["small", "big"], "accept": "valid"}}


def whole(content: str) -> list[bytes]:
    body = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
    return plain(200, json.dumps(body).encode(), content_type="application/json")


def test_the_row_of_an_answer_says_whether_it_passed() -> None:
    for script, valid in ((answer('{"total": 3}'), True), (answer('{"total": 3'), False), (plain(429), None)):
        with Scripted(script) as server:
            assert [call.valid for call in replay(server.url, validator=JSON).calls] == [valid]


def test_an_answer_cut_at_its_limit_is_checked_as_it_is() -> None:
    cut: list[Piece] = [STREAM + event(content='{"a": [1,'), end("length")]
    with Scripted(cut) as server:
        (call,) = replay(server.url, validator=JSON).calls
    assert (call.outcome, call.valid) == ("length", False)


def test_what_a_model_thinks_aloud_is_no_part_of_its_answer() -> None:
    thinking: list[Piece] = [STREAM + event(reasoning_content="so {"), event(content="{}"), end()]
    with Scripted(thinking) as server:
        (call,) = replay(server.url, validator=JSON).calls
    assert (call.valid, call.chunks) == (True, 2)


def test_of_an_answer_that_calls_a_tool_its_arguments_are_checked() -> None:
    def called(text: str, index: int = 0) -> bytes:
        return event(tool_calls=[{"index": index, "function": {"arguments": text}}])

    tool: list[Piece] = [STREAM + called('{"to'), called('tal": 3}'), called("{}", index=1), end("tool_calls")]
    with Scripted(tool) as server:
        fits = Validator.model_validate({"schema": {"type": "object", "required": ["total"]}})
        assert [call.valid for call in replay(server.url, validator=fits).calls] == [True]


def test_a_journey_that_is_not_checked_has_no_verdict() -> None:
    only = Validator.model_validate({"format": "json", "journeys": ["fields"]})
    sessions = [[request("s1.t1")], [replace(request("s2.t1", at=0.05), journey="fields")]]
    with Scripted(answer("words")) as server:
        rows = replay(server.url, *sessions, validator=only)
    assert {call.request_id: call.valid for call in rows.calls} == {"s1.t1": None, "s2.t1": False}


def test_a_cascade_escalates_what_the_validator_turned_down() -> None:
    with Scripted(answer("sure, here"), answer("[1]")) as server:
        rows = replay(server.url, strategy=CASCADE, validator=JSON)
    assert [(call.model, call.valid, call.served) for call in rows.calls] == [
        ("small", False, False),
        ("big", True, True),
    ]


def test_further_fields_go_with_every_answer_and_with_no_classifier() -> None:
    body: dict[str, Any] = {"temperature": 0, "response_format": {"type": "json_object"}}
    classify = {"classify": {"with": "small", "rubric_tokens": 12, "routes": {"easy": "small"}, "otherwise": "easy"}}
    with Scripted(whole("easy"), answer()) as server:
        replay(server.url, strategy=classify, target=Target(base_url=server.url, body=body))
        assert "response_format" not in server.body(0)
        assert server.body(1) == server.body(1) | body


def test_every_api_s_tool_call_is_read() -> None:
    events = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 5}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "name": "f", "input": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":'}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "1}"}},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    anthropic = [STREAM, *(chunk(b"data: " + json.dumps(one).encode() + b"\n\n") for one in events), b"0\r\n\r\n"]
    done = {"type": "response.completed", "response": {"usage": {"input_tokens": 5, "output_tokens": 3}}}
    said = [
        {"type": "response.reasoning_text.delta", "delta": "hm", "output_index": 0},
        {"type": "response.function_call_arguments.delta", "delta": '{"a": ', "output_index": 1},
        {"type": "response.function_call_arguments.delta", "delta": "1}", "output_index": 1},
        done,
    ]
    openai = [STREAM, *(chunk(b"data: " + json.dumps(one).encode() + b"\n\n") for one in said), b"0\r\n\r\n"]
    for api, script in (("messages", anthropic), ("responses", openai)):
        with Scripted(script) as server:
            target = Target.model_validate({"base_url": server.url, "api": api})
            assert [call.valid for call in replay(server.url, validator=JSON, target=target).calls] == [True], api
