"""Whatever is sent, the endpoint answers in its API's form or closes the connection; it never breaks or leaks."""

import http.client
import json
import socket
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.staging.conftest import send

EXPECTED = {200, 400, 404, 405, 408, 413, 429, 503, 529}
PATHS = ("/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings")
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))
message = st.fixed_dictionaries({"role": st.sampled_from(["user", "system", "x"]) | plain, "content": anything})
bodies = st.fixed_dictionaries(
    {"model": st.sampled_from(["quick", "scarce", "nobody"]) | anything},
    optional={
        "messages": st.lists(message | anything, max_size=3),
        "input": anything,
        "stream": st.booleans() | plain,
        "stream_options": st.fixed_dictionaries({"include_usage": st.booleans() | plain}) | plain,
        "max_tokens": st.integers(-2, 2_000) | plain,
        "max_completion_tokens": st.integers(-2, 2_000) | plain,
        "max_output_tokens": st.integers(-2, 2_000) | plain,
        "n": st.integers(-1, 3) | plain,
        "tools": anything,
        "tool_choice": st.sampled_from(["required", "auto"]) | anything,
        "system": anything,
        "instructions": anything,
        "dimensions": plain,
        "encoding_format": st.sampled_from(["float", "base64"]) | plain,
    },
)
hints = st.dictionaries(
    st.sampled_from(
        ["x-sim-output-tokens", "x-sim-input-tokens", "x-sim-request", "x-sim-labels", "x-sim-truth", "x-sim-prefix"]
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["Cc", "Zs"]), max_size=12)
    | st.integers(-1, 300).map(str),
    max_size=3,
)


@settings(max_examples=250)
@given(path=st.sampled_from(PATHS), body=bodies | anything, headers=hints)
def test_any_json_is_answered_in_the_apis_form(shared, path, body, headers):
    status, answer = send(shared, path, json.dumps(body).encode(), headers)
    assert status in EXPECTED
    if not answer.startswith((b"data: ", b"event: ")):
        said = json.loads(answer)
        assert status == 200 or said["error"]["message"]


@settings(max_examples=80)
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200))
def test_any_bytes_are_a_bad_request(shared, path, body):
    status, answer = send(shared, path, body, {})
    assert status == 400
    assert json.loads(answer)["error"]["message"]


@settings(max_examples=40)
@given(noise=st.binary(min_size=1, max_size=300))
def test_noise_on_the_socket_does_no_harm(shared, noise):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as plug:
        plug.sendall(noise + b"\r\n\r\n")
        plug.shutdown(socket.SHUT_WR)
        try:
            while plug.recv(65536):
                pass
        except ConnectionResetError:
            pass
    assert shared.get("/health") == {"status": "ok"}


methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
known = st.sampled_from([*PATHS, "/v1/models", "/health", "/ready", "/metrics", "/sim/state", "/sim/config"])
targets = known | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map("/".__add__)


@settings(max_examples=150)
@given(method=methods, target=targets, query=st.sampled_from(["", "?", "?a=%ff&&=", "?x=" + "y" * 500]))
def test_any_path_by_any_method_is_answered(shared, method, target, query):
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=10)
    connection.request(method, target + query, b"{}" if method != "GET" else None)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status in {200, 400, 404, 405}
    assert method == "HEAD" or answer.status == 200 or b"message" in said or b"path" in said or b"url" in said
    connection.close()


ASK = b'{"model": "small", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'
STREAM = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nx-sim-output-tokens: 900\r\n"
STREAM += b"Content-Length: %d\r\n\r\n" % len(ASK) + ASK
changes = st.dictionaries(
    st.sampled_from(["models", "faults", "cache", "stream", "cancel", "accounts", "auth", "name", "other"]),
    st.dictionaries(st.sampled_from(["small", "flush", "billed", "notice"]), anything, max_size=2) | anything,
    max_size=3,
)


@settings(max_examples=100)
@given(change=changes | anything)
def test_any_change_of_the_config_is_taken_or_refused(shared, change):
    status, answer = send(shared, "/sim/config", json.dumps(change).encode(), {})
    assert status in {200, 400}
    assert status == 200 or json.loads(answer)["error"]["message"]


@settings(max_examples=12)
@given(cuts=st.lists(st.tuples(st.integers(1, len(STREAM)), st.floats(0, 0.03)), min_size=1, max_size=12))
def test_callers_that_leave_anywhere_leave_nothing(shared, cuts):
    plugs = [socket.create_connection(("127.0.0.1", shared.port), timeout=5) for _ in cuts]
    for plug, (size, _) in zip(plugs, cuts, strict=True):
        plug.sendall(STREAM[:size])
    for plug, (_, wait_s) in zip(plugs, cuts, strict=True):
        time.sleep(wait_s)
        plug.close()


def test_afterwards_nothing_is_left(shared):
    """Slots, and with them tasks, deliveries and sockets; what is open is what was open at the start, or less."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(model["active"] for model in models(shared)):
        time.sleep(0.05)
    assert [model["active"] for model in models(shared)] == [0] * len(models(shared))
    folder = Path(f"/proc/{shared.process.pid}/fd")
    if folder.exists():
        assert len(list(folder.iterdir())) < 25


def models(endpoint):
    return list(endpoint.get("/sim/state")["models"].values())


@pytest.mark.parametrize(("size", "status"), [(16 << 20, 400), ((16 << 20) + 1, 413)])
def test_a_body_is_at_most_16_mib(shared, size, status):
    assert send(shared, PATHS[0], b" " * size, {})[0] == status
