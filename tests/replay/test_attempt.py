"""One sending against a server that says exactly what the story needs: the taxonomy, and what is timed."""

import gzip

import pytest

from simulator.scenario.target import Timeouts
from tests.replay.rig import replay, request
from tests.replay.scripted import CLOSE, LAST, STREAM, Scripted, answer, chunk, end, event, plain


def test_a_streamed_answer_is_read_whole():
    with Scripted(
        [
            STREAM,
            event(role="assistant"),
            0.05,
            event(content="a"),
            0.02,
            event(content="b"),
            end(prompt_tokens=7, completion_tokens=2),
        ]
    ) as server:
        (call,) = replay(server.url).calls
    assert (call.outcome, call.status, call.finish_reason, call.usage_source) == ("ok", 200, "stop", "reported")
    assert (call.input_tokens, call.output_tokens, call.chunks, call.served) == (7, 2, 2, True)
    assert call.scheduled_at <= call.sent_at
    assert call.first_token_at - call.sent_at >= 0.05
    assert call.max_gap_s >= 0.02
    assert call.max_gap_s == pytest.approx(call.last_token_at - call.first_token_at)
    assert call.last_token_at <= call.ended_at
    assert not call.first_token_late


CASES = {
    "rate_limited": plain(429, retry_after="2", x_ratelimit_remaining_requests="0", x_ratelimit_remaining_tokens="12"),
    "overloaded": plain(529),
    "unavailable": plain(503),
    "server_error": plain(500),
    "client_error": plain(404),
    "content_filter": plain(400, b'{"error": {"code": "content_filter"}}'),
    "truncated": [STREAM, event(content="a"), CLOSE],
    "error_in_stream": [STREAM, event(content="a"), chunk(b'data: {"error": {"message": "no"}}\n\n') + LAST],
    "malformed": [b"SSH-2.0-nonsense\r\n\r\n"],
    "length": [STREAM, event(content="a"), end("length")],
    "connect": [CLOSE],
}


@pytest.mark.parametrize("outcome", CASES)
def test_taxonomy(outcome: str):
    with Scripted(CASES[outcome]) as server:
        rows = replay(server.url)
    assert rows.outcomes() == [outcome]
    assert [row.final_outcome for row in rows.requests] == [outcome]


def test_a_refusal_keeps_what_the_target_said_of_its_limits():
    with Scripted(CASES["rate_limited"]) as server:
        (call,) = replay(server.url).calls
    assert (call.retry_after_s, call.ratelimit_remaining_requests, call.ratelimit_remaining_tokens) == (2.0, 0, 12)
    assert (call.input_tokens, call.output_tokens, call.usage_source) == (None, None, "assumed")


def test_a_stream_that_closes_right_after_done_is_whole():
    with Scripted([STREAM, event(content="a"), end()[: -len(LAST)], CLOSE]) as server:
        assert replay(server.url).outcomes() == ["ok"]


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([0.6], "first_token_timeout"),
        ([STREAM, event(role="assistant"), 0.6], "first_token_timeout"),
        ([STREAM, event(content="a"), 0.9], "total_timeout"),
    ],
)
def test_timeouts_cut_where_they_say(script: list[bytes | float], outcome: str):
    with Scripted(script) as server:
        (call,) = replay(server.url, timeouts=Timeouts(connect="1s", first_token="300ms", total="600ms")).calls
    limit = 0.3 if outcome == "first_token_timeout" else 0.6
    assert call.outcome == outcome
    assert limit <= call.ended_at - call.sent_at < limit + 0.1


def test_a_server_that_drips_does_not_escape_the_total_timeout():
    drips = [piece for _ in range(30) for piece in (event(content="x"), 0.03)]
    with Scripted([STREAM, *drips]) as server:
        (call,) = replay(server.url, timeouts=Timeouts(connect="1s", first_token="200ms", total="400ms")).calls
    assert (call.outcome, call.usage_source) == ("total_timeout", "estimated")
    assert 5 < call.output_tokens < 20


def test_nobody_listens():
    with Scripted() as server:
        url = server.url
    assert replay(url).outcomes() == ["connect"]


def test_an_answer_in_one_piece_has_no_first_token():
    usage = b'"usage": {"prompt_tokens": 3, "completion_tokens": 1}}'
    body = b'{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], ' + usage
    with Scripted(plain(200, body, content_type="application/json")) as server:
        (call,) = replay(server.url).calls
    assert (call.outcome, call.first_token_at, call.chunks, call.output_tokens) == ("ok", None, None, 1)


def test_a_compressed_stream_is_unpacked():
    packed = gzip.compress(
        b'data: {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    )
    head = STREAM.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n")
    with Scripted([head, chunk(packed[:30]), chunk(packed[30:]) + LAST]) as server:
        assert replay(server.url).outcomes() == ["ok"]


def test_a_stream_that_is_not_compressed_as_it_says_is_malformed_at_once():
    """It was a traceback in the log and a timeout in the row."""
    head = STREAM.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n")
    with Scripted([head, chunk(b"data: {}\n\n"), 1.0]) as server:
        (call,) = replay(server.url).calls
    assert call.outcome == "malformed"
    assert call.ended_at - call.sent_at < 1.0


def test_tokens_below_zero_are_unknown_and_never_pay_back():
    with Scripted([STREAM, event(content="a"), end(prompt_tokens=-7, completion_tokens=10**20)]) as server:
        (call,) = replay(server.url).calls
    assert (call.outcome, call.input_tokens, call.output_tokens) == ("ok", None, None)


@pytest.mark.parametrize(
    ("said", "waits"), [("2", 2.0), ("-1", 0.0), ("nan", None), ("inf", None), ("soon", None), ("", None)]
)
def test_how_long_to_wait_is_a_time_or_unknown(said, waits):
    headers = {"retry_after": said, "x_ratelimit_remaining_requests": "9" * 5000}
    with Scripted(plain(429, **headers)) as server:
        (call,) = replay(server.url).calls
    assert (call.outcome, call.retry_after_s, call.ratelimit_remaining_requests) == ("rate_limited", waits, None)


def test_cuts_in_the_middle_of_a_chunk_and_a_character():
    whole = chunk('data: {"choices": [{"delta": {"content": "ä"}}]}\n\n'.encode())
    pieces = [whole[n : n + 7] for n in range(0, len(whole), 7)]
    with Scripted([STREAM, *pieces, end(prompt_tokens=1, completion_tokens=1)]) as server:
        (call,) = replay(server.url).calls
    assert (call.outcome, call.chunks) == ("ok", 1)


def test_the_stale_connection_is_replaced_once_and_both_sendings_are_rows():
    later = [request("s1.t1"), request("s1.t2", turn=2, at=None, think_s=0.01)]
    with Scripted(answer(), [CLOSE], answer()) as server:
        rows = replay(server.url, later)
    assert [(call.call_id, call.outcome) for call in rows.calls] == [
        ("s1.t1/0/1", "ok"),
        ("s1.t2/0/1", "stale_connection"),
        ("s1.t2/0/1.1", "ok"),
    ]
    assert [row.final_outcome for row in rows.requests] == ["ok", "ok"]


def test_connections_are_kept_and_never_waited_for():
    parallel = [[request(f"s{n}.t1", at=0.0)] for n in range(20)]
    after = [[request(f"later{n}.t1", at=0.5)] for n in range(20)]
    slow = [STREAM, 0.2, event(content="a"), end()]
    with Scripted(slow) as server:
        rows = replay(server.url, *parallel, *after)
        assert server.connections == 20
    assert max(call.sent_at - call.scheduled_at for call in rows.calls) < 0.1


def test_the_endpoint_of_ours_is_told_what_it_cannot_know():
    with Scripted(answer()) as server:
        replay(server.url, [request(prefix_hashes=(5, 6), block_size=16)], simulated=True)
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode()
    assert "x-sim-request: s1.t1/0/1" in head
    assert "x-sim-output-tokens: 5" in head
    assert "x-sim-input-tokens: 10" in head
    assert "x-sim-prefix: 5:16,6:16" in head


def test_a_real_target_is_told_nothing_of_ours():
    with Scripted(answer()) as server:
        replay(server.url, [request()])
    assert b"x-sim" not in server.requests[0]
    assert server.body(0)["max_completion_tokens"] == 5
