"""Anthropic's events: what is a token, what the cache adds to the prompt, how it ends."""

import json
from typing import Any

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted
from simulator.replay.dialects.messages import Messages
from simulator.replay.reading import Reading, Usage

START = {
    "type": "message_start",
    "message": {
        "usage": {
            "input_tokens": 10,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
            "output_tokens": 1,
        }
    },
}


def text(said: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": said}}


def ended(reason: str, tokens: int) -> list[dict[str, Any]]:
    return [
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": tokens}},
        {"type": "message_stop"},
    ]


def read(*events: dict[str, Any]) -> Reading:
    reading = Reading()
    for number, event in enumerate(events, 1):
        Messages().event(reading, event["type"].encode(), json.dumps(event).encode(), 10 * number)
    return reading


def test_a_stream():
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    reading = read(START, block, {"type": "ping"}, text("Hi"), text(' "you"'), *ended("end_turn", 7))
    assert (reading.first_at, reading.last_at, reading.text) == (40, 50, 'Hi "you"')
    assert reading.usage == Usage(
        input_tokens=140, output_tokens=7, cache_read_tokens=100, cache_write_5m_tokens=20, cache_write_1h_tokens=10
    )
    assert reading.outcome(streamed=True) is Outcome.OK


def test_thinking_and_tools_are_tokens():
    thinking = {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}}
    tool = {"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f"}}
    assert read(START, thinking).first_at == 20
    assert read(START, tool).first_at == 20


def test_ends():
    assert read(START, text("a"), *ended("max_tokens", 1)).outcome(streamed=True) is Outcome.LENGTH
    assert read(START, text("a"), *ended("refusal", 1)).outcome(streamed=True) is Outcome.CONTENT_FILTER
    assert read(START, text("a")).outcome(streamed=True) is Outcome.TRUNCATED
    error = {"type": "error", "error": {"type": "overloaded_error"}}
    assert read(START, text("a"), error).outcome(streamed=True) is Outcome.ERROR_IN_STREAM


def test_older_answers_give_the_cache_writes_as_one_sum():
    reading = Reading()
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 30, "output_tokens": 2}
    answer = {"content": [{"type": "text", "text": "hard"}], "stop_reason": "end_turn", "usage": usage}
    Messages().whole(json.dumps(answer).encode(), reading)
    assert reading.text == "hard"
    assert reading.usage == Usage(input_tokens=35, output_tokens=2, cache_write_5m_tokens=30)


def test_a_developer_is_the_system_by_another_name():
    wanted = Wanted(
        "m", [{"role": "developer", "content": "be kind"}, {"role": "user", "content": "hi"}], 5, stream=True
    )
    body = json.loads(Messages().body(wanted))
    assert (body["system"], [one["role"] for one in body["messages"]]) == ("be kind", ["user"])


def test_a_body_keeps_system_texts_apart():
    wanted = Wanted("m", [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}], 5, stream=True)
    assert json.loads(Messages().body(wanted)) == {
        "model": "m",
        "max_tokens": 5,
        "system": "be kind",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
    }
    assert Messages().headers("k") == {"anthropic-version": "2023-06-01", "x-api-key": "k"}
