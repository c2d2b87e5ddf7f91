"""Requests that are nearly right: a wrong value at every place of every body, and HTTP that is bent or broken."""

import contextlib
import gzip
import http.client
import json
import socket

import pytest

from tests.staging.conftest import send

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
PART = {"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}
VALID = {
    "/v1/chat/completions": {
        "model": "quick",
        "messages": [
            {"role": "user", "name": "n", "content": [PART, {"type": "image_url", "image_url": {"url": "u"}}]}
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 3,
        "max_completion_tokens": 3,
        "n": 1,
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "f"}},
        "stop": ["a"],
        "metadata": {"a": "b"},
    },
    "/v1/messages": {
        "model": "quick",
        "max_tokens": 3,
        "messages": [{"role": "user", "content": [PART]}],
        "system": [PART],
        "stream": True,
        "tools": [{"name": "f", "input_schema": {}}],
        "tool_choice": {"type": "auto"},
    },
    "/v1/responses": {
        "model": "quick",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}, {"type": "reasoning"}],
        "instructions": "i",
        "max_output_tokens": 3,
        "stream": True,
        "tools": [TOOL],
    },
    "/v1/embeddings": {"model": "quick", "input": ["a", [1, 2]], "dimensions": 8, "encoding_format": "float"},
}
WRONG = {
    "null": "null",
    "a boolean": "true",
    "zero": "0",
    "less": "-1",
    "a fraction": "1.5",
    "beyond floats": "1e999",
    "beyond integers": "1" + "0" * 400,
    "too long to read": "1" + "0" * 5_000,
    "not a number": "NaN",
    "a lone surrogate": '"\\ud800"',
    "a zero character": '"\\u0000"',
    "a long text": '"' + "x" * 70_000 + '"',
    "lists": "[]",
    "objects": "{}",
    "deep lists": "[" * 900 + "]" * 900,
    "deep objects": '{"a":' * 300 + "1" + "}" * 300,
    "deeper than anybody reads": "[" * 100_000,
}


def places(value, path=()):
    """Every path in a JSON value, its own first."""
    yield path
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield from places(value[step], (*path, step))


def put(value, path, other):
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], other)
    return copy


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("path", VALID)
def test_a_wrong_value_at_any_place_is_answered_in_the_apis_form(shared, path, wrong):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=10)
    for place in places(VALID[path]):
        body = json.dumps(put(VALID[path], place, "@")).replace('"@"', wrong, 1)
        connection.request("POST", path, body)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status in {200, 400, 404}, (place, said)
        assert answer.status == 200 or json.loads(said)["error"]["message"]
    connection.close()


BODY = json.dumps({"model": "quick", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1}).encode()
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
LENGTH = f"Content-Length: {len(BODY)}"


@pytest.mark.parametrize(
    ("status", "heads", "body"),
    [
        (200, ["Transfer-Encoding: chunked"], CHUNKED),
        (200, ["Expect: 100-continue", LENGTH], BODY),
        (200, ["Content-Type: \xff;;charset=nope", "Authorization: Bearer \xff", LENGTH], BODY),
        (200, ["Content-Type: application/x-www-form-urlencoded", LENGTH], BODY),
        (200, ["Content-Encoding: gzip", f"Content-Length: {len(gzip.compress(BODY))}"], gzip.compress(BODY)),
        (400, ["Content-Encoding: gzip", LENGTH], BODY),
        (400, ["Content-Encoding: deflate", LENGTH], BODY),
        (400, ["Content-Encoding: br", LENGTH], BODY),
        (400, [LENGTH, "Content-Length: 3"], BODY),
        (400, ["Content-Length: -3"], BODY),
        (400, [LENGTH, "Transfer-Encoding: chunked"], CHUNKED),
        (400, ["Transfer-Encoding: chunked"], b"zz\r\nabc\r\n"),
        (400, ["Transfer-Encoding: chunked"], b"f" * 18 + b"\r\nabc\r\n"),
        (400, ["No colon", LENGTH], BODY),
        (400, ["X: a\x00b", LENGTH], BODY),
        (400, ["X: " + "a" * 200_000, LENGTH], BODY),
        (400, [*(["X: a"] * 20_000), LENGTH], BODY),
        (400, ["x-sim-fault: stall:seconds=1e999", LENGTH], BODY),
        (400, ["x-sim-fault: status:status=200", LENGTH], BODY),
        (400, ["x-sim-input-tokens: ٣", LENGTH], BODY),
    ],
)
def test_http_that_is_bent_or_broken(shared, status, heads, body):
    head = "\r\n".join(["POST /v1/chat/completions HTTP/1.1", "Host: a", "Connection: close", *heads])
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as plug:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            plug.sendall(head.encode("utf-8" if "٣" in head else "latin-1") + b"\r\n\r\n" + body)
        line = plug.makefile("rb").readline()
        if line == b"HTTP/1.1 100 Continue\r\n":
            line = plug.makefile("rb").readline()
    assert int(line.split()[1]) == status


def test_a_bomb_of_zeros_does_not_unfold(shared):
    bomb = gzip.compress(b" " * (64 << 20))
    assert send(shared, "/v1/chat/completions", bomb, {"Content-Encoding": "gzip"})[0] == 413
