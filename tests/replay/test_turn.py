"""Strategies run live: every sending is a row, and the answer served is marked."""

import pytest

from tests.replay import rig
from tests.replay.rig import replay
from tests.replay.scripted import STREAM, Scripted, answer, end, event, plain

RETRY = {"retry": {"of": "big", "times": 2, "backoff": "50ms"}}


def test_retries_wait_and_every_attempt_is_a_row():
    with Scripted(plain(429), plain(503), answer()) as server:
        rows = replay(server.url, strategy=RETRY)
    assert [(call.call_id, call.outcome, call.served, call.after_call_id) for call in rows.calls] == [
        ("s1.t1/0/1", "rate_limited", False, None),
        ("s1.t1/0/2", "unavailable", False, "s1.t1/0/1"),
        ("s1.t1/0/3", "ok", True, "s1.t1/0/2"),
    ]
    (row,) = rows.requests
    assert (row.final_outcome, row.attempts, row.served_call_id) == ("ok", 3, "s1.t1/0/3")
    assert row.ended_at == rows.calls[-1].ended_at
    assert rows.calls[1].sent_at - rows.calls[0].ended_at > 0.01


def test_the_target_s_own_wait_is_kept():
    with Scripted(plain(429, retry_after_ms="200"), answer()) as server:
        rows = replay(server.url, strategy=RETRY)
    assert rows.calls[1].sent_at - rows.calls[0].ended_at >= 0.2


def test_a_label_is_asked_for_in_one_piece_and_routes_the_answer():
    usage = b'"usage": {"prompt_tokens": 3, "completion_tokens": 1}'
    label = b'{"choices": [{"message": {"content": "hard"}, "finish_reason": "stop"}], ' + usage + b"}"
    strategy = {
        "classify": {
            "with": "small",
            "rubric_tokens": 12,
            "routes": {"easy": "small", "hard": "big"},
            "otherwise": "hard",
        }
    }
    with Scripted(plain(200, label, content_type="application/json"), answer()) as server:
        rows = replay(server.url, strategy=strategy)
        assert "stream" not in server.body(0)
        assert [server.body(n)["model"] for n in (0, 1)] == ["small", "big"]
    assert [(call.purpose, call.model, call.served) for call in rows.calls] == [
        ("classify", "small", False),
        ("answer", "big", True),
    ]


def hedged(url: str) -> rig.Rows:
    return replay(url, strategy={"race": {"of": ["m", "n"], "after": "100ms"}})


def test_the_first_answer_wins_a_race_and_the_rest_is_cancelled():
    with Scripted([STREAM, 1.0, event(content="slow"), end()], answer()) as server:
        rows = hedged(server.url)
    assert sorted((call.call_id, call.outcome, call.served) for call in rows.calls) == [
        ("s1.t1/0/1", "cancelled", False),
        ("s1.t1/1/1", "ok", True),
    ]
    assert rows.requests[0].ended_at < 0.6


@pytest.mark.parametrize("seen", [0, 2])
def test_the_loser_of_a_race_bills_its_prompt_and_the_chunks_it_had_sent(seen: int):
    with Scripted([STREAM, *[event(content="x")] * seen, 1.0, event(content="slow"), end()], answer()) as server:
        (loser, winner) = sorted(hedged(server.url).calls, key=lambda call: call.call_id)
    assert (loser.outcome, loser.usage_source, loser.output_tokens) == ("cancelled", "estimated", seen)
    assert loser.input_tokens is not None
    assert winner.usage_source == "reported"


def test_a_race_that_is_answered_in_time_stays_alone():
    with Scripted(answer()) as server:
        assert [call.call_id for call in hedged(server.url).calls] == ["s1.t1/0/1"]


def test_a_race_that_nobody_wins_ends_as_its_last_racer_did():
    with Scripted(plain(429), plain(500)) as server:
        rows = hedged(server.url)
    assert rows.outcomes() == ["rate_limited", "server_error"]
    assert rows.requests[0].final_outcome == "server_error"


def test_a_person_is_waited_for_and_nothing_is_sent():
    strategy = {"fallback": ["m", {"human": {"cost": "$4.50", "takes": "200ms"}}]}
    with Scripted(plain(503), answer()) as server:
        rows = replay(server.url, strategy=strategy)
        assert len(server.requests) == 1
    refused, case = rows.calls
    assert (case.provider, case.purpose, case.tier, case.served) == ("human", "human", "$4.50/case", True)
    assert (case.input_tokens, case.output_tokens, case.first_token_at) == (None, None, None)
    assert case.sent_at >= refused.ended_at
    assert 0.2 <= case.ended_at - case.sent_at < 0.4
    assert rows.outcomes() == ["unavailable", "ok"]


def test_a_label_that_came_too_late_is_priced_at_the_most_it_can_write():
    """A shipped classifier with a limit of 800 ms left its whole run without a known cost."""
    routes = {"easy": "small", "hard": "big"}
    strategy = {"classify": {"with": "small", "timeout": "100ms", "routes": routes, "otherwise": "hard"}}
    with Scripted([0.4], answer()) as server:
        late, served = replay(server.url, strategy=strategy).calls
    assert (late.outcome, late.usage_source, late.output_tokens) == ("total_timeout", "estimated", 5)
    assert late.input_tokens == 10 + 120
    assert (served.model, served.served) == ("big", True)
