"""What counts as the first token, what an answer says, and how it ended."""

import json
from typing import Any

import pytest

from simulator.calls import Outcome
from simulator.replay.dialects.chat import Chat
from simulator.replay.dialects.dialect import Wanted
from simulator.replay.reading import Reading, Usage


def read(*events: dict[str, Any] | bytes) -> Reading:
    """Events at 10, 20, 30, … ns."""
    reading = Reading()
    for number, event in enumerate(events, 1):
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        Chat().event(reading, b"", data, 10 * number)
    return reading


def delta(finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


def test_a_role_is_not_a_token_and_neither_is_usage():
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    reading = read(
        delta(role="assistant", content=""),
        delta(content="a"),
        delta(content="b"),
        delta("stop"),
        {"choices": [], "usage": usage},
        b"[DONE]",
    )
    assert (reading.first_at, reading.last_at, reading.chunks, reading.text) == (20, 30, 2, "ab")
    assert reading.usage == Usage(input_tokens=9, output_tokens=2, cache_read_tokens=4)
    assert reading.outcome(streamed=True) is Outcome.OK


@pytest.mark.parametrize(
    "first",
    [{"reasoning_content": "hm"}, {"reasoning": "hm"}, {"tool_calls": [{"index": 0, "function": {"name": "f"}}]}],
    ids=lambda fields: next(iter(fields)),
)
def test_reasoning_and_tool_calls_are_first_tokens(first: dict[str, Any]):
    reading = read(delta(role="assistant", content=None), delta(**first), delta(content="x"))
    assert (reading.first_at, reading.chunks) == (20, 2)


def test_text_with_escapes_reads_as_the_parser_reads_it():
    texts = ["plain", 'a "quoted" word', "line\nbreak", "umlaut ä", "\\", '{"content": "nested"}']
    reading = read(*(delta(content=text) for text in texts))
    assert reading.text == "".join(texts)


def test_the_last_text_may_bring_the_finish_reason():
    reading = read(delta(content="a"), delta("length", content="b"))
    assert (reading.text, reading.outcome(streamed=True)) == ("ab", Outcome.LENGTH)


def test_usage_in_every_chunk_keeps_the_last():
    chunks = [delta(content="x") | {"usage": {"prompt_tokens": 3, "completion_tokens": n}} for n in (1, 2, 3)]
    assert read(*chunks).usage == Usage(input_tokens=3, output_tokens=3)


def test_two_tokens_in_one_read_make_the_first_late():
    reading = Reading()
    for at in (5, 5, 9):
        reading.output(at, b"x")
    assert reading.late
    assert reading.gap_ns == 4


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([delta(content="a")], Outcome.TRUNCATED),
        ([delta(content="a"), {"error": {"message": "overloaded"}}], Outcome.ERROR_IN_STREAM),
        ([delta(content="a"), b"{not json"], Outcome.MALFORMED),
        ([delta("content_filter", content="a")], Outcome.CONTENT_FILTER),
        ([b"[DONE]"], Outcome.OK),
    ],
)
def test_ends(events: list[Any], outcome: Outcome):
    assert read(*events).outcome(streamed=True) is outcome


def test_an_answer_in_one_piece():
    reading = Reading()
    answer = {"choices": [{"message": {"content": "hard"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}
    Chat().whole(json.dumps(answer).encode(), reading)
    assert (reading.text, reading.usage) == ("hard", Usage(input_tokens=5))
    assert reading.outcome(streamed=False) is Outcome.OK


def test_a_body_asks_for_usage_only_where_it_streams():
    wanted = Wanted("m", [{"role": "user", "content": "hi"}], 5, stream=True)
    body = json.loads(Chat().body(wanted))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_completion_tokens": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert Chat().headers("secret") == {"Authorization": "Bearer secret"}
