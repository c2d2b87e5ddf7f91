"""An application with a shape of its own, streamed and in one piece."""

import json

import pytest
from pydantic import ValidationError

from simulator.replay.dialects.app import found
from simulator.replay.plan import Target
from simulator.scenario.target import AppShape
from tests.replay.rig import replay
from tests.replay.scripted import LAST, STREAM, Scripted, chunk, plain

SHAPE = AppShape(
    path="/v1/ask",
    body={
        "question": "{prompt}",
        "history": "{messages}",
        "options": {"n": "{max_output_tokens}", "note": "to {model}"},
    },
    text="answer.parts.0",
    input_tokens="meta.tokens_in",
    output_tokens="meta.tokens_out",
)


def test_a_streaming_application():
    events = [
        b'data: {"answer": {"parts": ["a"]}}\n\n',
        b'data: {"meta": {"tokens_in": 3, "tokens_out": 1}}\n\n',
        b"data: [DONE]\n\n",
    ]
    with Scripted([STREAM, *(chunk(event) for event in events), LAST]) as server:
        url = server.url.removesuffix("/v1")
        (call,) = replay(url, target=Target(base_url=url, api="app", app=SHAPE)).calls
        assert server.requests[0].startswith(b"POST /v1/ask HTTP/1.1")
        body = server.body(0)
    assert body["question"] == body["history"][-1]["content"]
    assert body["options"] == {"n": 5, "note": "to model"}
    assert (call.outcome, call.chunks, call.input_tokens, call.output_tokens) == ("ok", 1, 3, 1)


@pytest.mark.parametrize(("body", "outcome"), [({"answer": {"parts": ["hi"]}}, "ok"), ({"oops": 1}, "malformed")])
def test_an_application_that_answers_in_one_piece(body: dict[str, object], outcome: str):
    with Scripted(plain(200, json.dumps(body).encode(), content_type="application/json")) as server:
        url = server.url.removesuffix("/v1")
        assert replay(url, target=Target(base_url=url, api="app", app=SHAPE)).outcomes() == [outcome]


def test_a_stream_without_text_at_the_named_place_is_no_answer():
    """An error sent as an event of a 200, or a place that was misspelt: not a perfect run of 2 ms answers."""
    with Scripted([STREAM, chunk(b'data: {"error": "no model"}\n\n'), chunk(b"data: [DONE]\n\n"), LAST]) as server:
        url = server.url.removesuffix("/v1")
        assert replay(url, target=Target(base_url=url, api="app", app=SHAPE)).outcomes() == ["malformed"]


def test_a_body_that_asks_nothing_is_refused():
    with pytest.raises(ValidationError, match=r"asks nothing; put \{messages\} or \{prompt\}"):
        AppShape(path="/ask", body={"history": "{mesages}"}, text="answer")


def test_places():
    assert found({"a": [{"b": 2}]}, "a.0.b") == 2
    assert found({"a": []}, "a.0.b") is None
    assert found({"a": 1}, None) is None


def test_the_word_and_the_shape_go_together():
    with pytest.raises(ValidationError, match="go together"):
        Target(base_url="http://x", api="app")
