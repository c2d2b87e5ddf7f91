"""Each fault as a real client sees it on its socket."""

import asyncio
import json
import socket
import time

import pytest

from tests.provider.profiles import profile

BODY = {"model": "small", "messages": [{"role": "user", "content": "Hello"}]}


def raw(endpoint, fault, *, stream=True, tokens=6, key="r/0/1", timeout=3.0):
    """Everything that comes back on a plain socket, and how it ended: eof, reset or silence."""
    body = json.dumps(BODY | {"stream": stream, "stream_options": {"include_usage": True}}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        f"x-sim-output-tokens: {tokens}\r\nx-sim-request: {key}\r\n" + (f"x-sim-fault: {fault}\r\n" if fault else "")
    )
    got = b""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=timeout) as plug:
        plug.sendall(head.encode() + b"\r\n" + body)
        try:
            while data := plug.recv(65536):
                got += data
        except ConnectionResetError:
            return got, "reset"
        except TimeoutError:
            return got, "silence"
    return got, "eof"


def test_no_fault_ends_whole(endpoint):
    got, ended = raw(endpoint, "")
    assert (ended, got.endswith(b"0\r\n\r\n"), got.count(b'"content":" ')) == ("eof", True, 6)


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 529])
def test_a_status_instead_of_an_answer(endpoint, status):
    got, _ = raw(endpoint, f"status:status={status},retry_after=1500ms")
    assert got.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"retry-after-ms: 1500\r\n" in got
    assert b"retry-after: 2\r\n" in got
    assert json.loads(got.partition(b"\r\n\r\n")[2])["error"]["message"]


def test_a_reset_before_any_byte(endpoint):
    assert raw(endpoint, "reset") == (b"", "reset")


def test_a_hang_is_silence(endpoint):
    assert raw(endpoint, "hang", timeout=0.4) == (b"", "silence")


def test_slow_headers_come_late_with_all_that_was_written_meanwhile(endpoint):
    begun = time.monotonic()
    got, _ = raw(endpoint, "slow_headers:seconds=300ms")
    assert time.monotonic() - begun >= 0.3
    assert got.count(b'"content":" ') == 6


@pytest.mark.parametrize(("by", "ended"), [("rst", "reset"), ("fin", "eof")])
def test_a_cut_stream_has_its_tokens_and_no_end(endpoint, by, ended):
    got, how = raw(endpoint, f"cut:after_tokens=3,by={by}")
    assert how == ended
    assert not got.endswith(b"0\r\n\r\n")
    assert b'finish_reason":"stop' not in got
    if by == "fin":  # with RST the last bytes may be lost on their way
        assert got.count(b'"content":" ') == 3


def test_a_short_answer_is_over_before_its_cut(endpoint):
    got, _ = raw(endpoint, "cut:after_tokens=6", tokens=6)
    assert b"[DONE]" in got


def test_a_stall_is_a_pause_in_the_middle(endpoint):
    async def gaps():
        import aiohttp

        headers = {"x-sim-fault": "stall:after_tokens=3,seconds=400ms", "x-sim-output-tokens": "30"}
        times, counts = [], []
        async with (
            aiohttp.ClientSession() as session,
            session.post(endpoint.url + "/v1/chat/completions", json=BODY | {"stream": True}, headers=headers) as got,
        ):
            async for data in got.content.iter_any():
                times.append(time.monotonic())
                counts.append(data.count(b'"content":" '))
        return times, counts

    times, counts = asyncio.run(gaps())
    longest = max(range(1, len(times)), key=lambda index: times[index] - times[index - 1])
    assert 0.35 < times[longest] - times[longest - 1] < 1.0
    assert sum(counts[:longest]) == 3
    assert sum(counts) == 30


def test_an_error_inside_a_200_ends_the_stream(endpoint):
    got, ended = raw(endpoint, "stream_error:after_tokens=2")
    assert got.startswith(b"HTTP/1.1 200 ")
    assert (ended, got.count(b'"content":" '), b'data: {"error":{' in got, b"[DONE]" in got) == ("eof", 2, True, False)


def test_one_event_is_not_json_and_the_stream_goes_on(endpoint):
    got, _ = raw(endpoint, "malformed:after_tokens=2")
    events = [one.split(b"data: ")[1].strip() for one in got.split(b"\n\n") if b"data: " in one]
    bad = [one for one in events if one != b"[DONE]" and not _is_json(one)]
    assert (len(bad), events[-1]) == (1, b"[DONE]")
    assert got.count(b'"content":" ') == 7  # six whole ones and the broken one


def test_a_stream_may_end_inside_a_character(endpoint):
    got, _ = raw(endpoint, "truncated_utf8:after_tokens=2")
    with pytest.raises(UnicodeDecodeError):
        got.decode()


@pytest.mark.parametrize(
    ("fault", "done", "usage"), [("", True, True), ("missing_done", False, True), ("missing_usage", True, False)]
)
def test_a_missing_end_mark_and_missing_usage(endpoint, fault, done, usage):
    got, _ = raw(endpoint, fault)
    assert (b"[DONE]" in got, b'"completion_tokens":6' in got) == (done, usage)


@pytest.mark.parametrize(
    ("fault", "ended"),
    [("cut:after_tokens=2", "reset"), ("malformed", "eof"), ("truncated_utf8", "eof"), ("cut:by=fin", "eof")],
)
def test_a_whole_answer_breaks_too(endpoint, fault, ended):
    got, how = raw(endpoint, fault, stream=False)
    assert how == ended
    assert not _is_json(got.partition(b"\r\n\r\n")[2])


def test_a_whole_answer_becomes_an_error_and_can_be_slow(endpoint):
    got, _ = raw(endpoint, "stream_error", stream=False)
    assert got.startswith(b"HTTP/1.1 500 ")
    begun = time.monotonic()
    raw(endpoint, "stall:seconds=200ms", stream=False)
    assert time.monotonic() - begun > 0.2
    got, _ = raw(endpoint, "missing_usage", stream=False)
    assert b"usage" not in got


def test_a_brownout_slows_first_token_and_stream(endpoint):
    begun = time.monotonic()
    raw(endpoint, "brownout:slower=5", tokens=11)
    assert time.monotonic() - begun >= 5 * (0.030 + 10 * 0.005)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("explode", "unknown kind; known: brownout"), ("stall", "seconds: Field required"), ("cut:by=x", "by: Input")],
)
def test_a_fault_that_does_not_exist_is_refused(endpoint, fault, said):
    got, _ = raw(endpoint, fault)
    assert got.startswith(b"HTTP/1.1 400 ")
    assert said in json.loads(got.partition(b"\r\n\r\n")[2])["error"]["message"]


def test_a_sequence_fails_the_first_two_attempts_and_then_answers(start):
    endpoint = start(profile({"small": {}}, faults=[{"kind": "status", "status": 503, "attempts": 2}]))
    statuses = [raw(endpoint, "", tokens=1, key=f"r1/0/{attempt}")[0][9:12] for attempt in (1, 2, 3)]
    assert statuses == [b"503", b"503", b"200"]
    endpoint.stop()
    assert [line.get("fault") for line in endpoint.truth()] == ["status", "status", None]


def test_a_closed_door_refuses_connections_until_it_opens_again(start):
    endpoint = start(profile({"small": {}}, faults=[{"kind": "closed", "between": ["0.3s", "0.9s"]}]))
    endpoint.reset()
    seen = []
    for _ in range(24):
        try:
            socket.create_connection(("127.0.0.1", endpoint.port), timeout=1).close()
            seen.append("open")
        except ConnectionRefusedError:
            seen.append("closed")
        time.sleep(0.05)
    assert [word for place, word in enumerate(seen) if word != seen[place - 1] or not place] == [
        "open",
        "closed",
        "open",
    ]


def _is_json(data):
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
