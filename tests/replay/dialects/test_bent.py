"""Answers in which a value is of another kind: read, or malformed; nothing a target says ends in a traceback."""

import json
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.dialects.app import App
from simulator.replay.dialects.chat import Chat
from simulator.replay.dialects.dialect import Dialect
from simulator.replay.dialects.embeddings import Embeddings
from simulator.replay.dialects.messages import Messages
from simulator.replay.dialects.responses import Responses
from simulator.replay.reading import Reading
from simulator.scenario.target import AppShape
from tests.bent import bent

TOOL = {"index": 0, "function": {"name": "look", "arguments": '{"a": 1}'}}
COUNTS = {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}}
INPUT = {"input_tokens": 9, "cache_creation_input_tokens": 5, "cache_creation": {"ephemeral_1h_input_tokens": 2}}
OUTPUT = {"input_tokens": 9, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}}
APP = App(AppShape(path="/ask", body={"q": "{prompt}"}, text="answer.text", output_tokens="usage.out"))
STREAMS: list[tuple[Dialect, list[Any]]] = [
    (
        Chat(),
        [
            {"choices": [{"delta": {"content": "a", "tool_calls": [TOOL], "function_call": {"arguments": "{"}}}]},
            {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": COUNTS},
        ],
    ),
    (
        Messages(),
        [
            {"type": "message_start", "message": {"usage": INPUT}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use"}},
            {"type": "content_block_delta", "index": 0, "delta": {"text": "a", "partial_json": "{"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        ],
    ),
    (
        Responses(),
        [
            {"type": "response.output_text.delta", "delta": "a"},
            {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{"},
            {"type": "response.completed", "response": {"incomplete_details": {"reason": "x"}, "usage": OUTPUT}},
        ],
    ),
    (APP, [{"answer": {"text": "a"}, "usage": {"out": 3}}]),
]
WHOLE: list[tuple[Dialect, Any]] = [
    (
        Chat(),
        {"choices": [{"message": {"content": "a", "tool_calls": [TOOL]}, "finish_reason": "stop"}], "usage": COUNTS},
    ),
    (Messages(), {"content": [{"type": "text", "text": "a"}, {"type": "tool_use", "input": {}}], "usage": INPUT}),
    (Responses(), {"output": [{"type": "message", "content": [{"text": "a"}]}, TOOL], "usage": OUTPUT}),
    (Embeddings(), {"data": [{"embedding": [0.1]}], "usage": COUNTS}),
    (APP, {"answer": {"text": "a"}, "usage": {"out": 3}}),
]


def holds(reading: Reading, *, streamed: bool) -> None:
    """What a row takes: an outcome, a text, a word for the end, and counts that are counts."""
    assert reading.outcome(streamed=streamed)
    assert reading.text == reading.text.encode().decode()
    assert reading.finish_reason is None or isinstance(reading.finish_reason, str)
    counts = astuple(reading.usage) if reading.usage else ()
    assert all(count is None or 0 <= count < 2**63 for count in counts)


@pytest.mark.parametrize(("dialect", "events"), STREAMS, ids=lambda one: type(one).__name__)
@given(data=st.data())
def test_a_stream(dialect: Dialect, events: list[Any], data: st.DataObject) -> None:
    reading = Reading()
    for at, event in enumerate(data.draw(bent(events)), 1):
        dialect.event(reading, b"", json.dumps(event).encode(), at)
    holds(reading, streamed=True)


@pytest.mark.parametrize(("dialect", "answer"), WHOLE, ids=lambda one: type(one).__name__)
@given(data=st.data())
def test_a_body(dialect: Dialect, answer: Any, data: st.DataObject) -> None:
    reading = Reading()
    dialect.whole(json.dumps(data.draw(bent([answer]))).encode()[1:-1], reading)
    holds(reading, streamed=False)


def test_halves_of_a_character_in_two_chunks_are_one() -> None:
    """Some gateways cut a text between the two escapes that JSON writes an emoji with."""
    reading = Reading()
    for half in ("\\ud83d", "\\ude00!"):
        Chat().event(reading, b"", b'{"choices": [{"delta": {"content": "%b"}}]}' % half.encode(), 1)
    assert reading.text == "😀!"
