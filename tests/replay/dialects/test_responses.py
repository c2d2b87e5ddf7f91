"""OpenAI responses: deltas, the completed response with its usage, and incomplete ones."""

import json
from typing import Any

import pytest

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted
from simulator.replay.dialects.responses import Responses
from simulator.replay.reading import Reading, Usage


def text(said: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "delta": said}


def completed(**fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 9, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 4}}
    return {"type": "response.completed", "response": {"status": "completed", "usage": usage, **fields}}


def read(*events: dict[str, Any]) -> Reading:
    reading = Reading()
    for number, event in enumerate(events, 1):
        Responses().event(reading, event["type"].encode(), json.dumps(event).encode(), 10 * number)
    return reading


def test_a_stream():
    reading = read({"type": "response.created"}, text("Hi"), text(" there\n"), completed())
    assert (reading.first_at, reading.last_at, reading.text) == (20, 30, "Hi there\n")
    assert reading.usage == Usage(input_tokens=9, output_tokens=2, cache_read_tokens=4)
    assert reading.outcome(streamed=True) is Outcome.OK


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([text("a")], Outcome.TRUNCATED),
        ([text("a"), {"type": "response.failed"}], Outcome.ERROR_IN_STREAM),
        ([text("a"), completed(incomplete_details={"reason": "max_output_tokens"})], Outcome.LENGTH),
        ([text("a"), completed(incomplete_details={"reason": "content_filter"})], Outcome.CONTENT_FILTER),
    ],
)
def test_ends(events: list[dict[str, Any]], outcome: Outcome):
    assert read(*events).outcome(streamed=True) is outcome


def test_reasoning_is_a_first_token():
    assert read({"type": "response.reasoning_summary_text.delta", "delta": "hm"}, text("a")).first_at == 10


def test_an_answer_in_one_piece():
    reading = Reading()
    answer = {"status": "completed", "output": [{"content": [{"type": "output_text", "text": "hard"}]}]}
    Responses().whole(json.dumps(answer).encode(), reading)
    assert (reading.text, reading.outcome(streamed=False)) == ("hard", Outcome.OK)


def test_a_body_asks_for_at_least_sixteen_tokens_and_keeps_nothing():
    body = json.loads(Responses().body(Wanted("m", [{"role": "user", "content": "hi"}], 5, stream=False)))
    assert body == {"model": "m", "input": [{"role": "user", "content": "hi"}], "store": False, "max_output_tokens": 16}
