"""Turns hang on answers; a slow server slows later turns, never the clock of the plan."""

import pytest

from simulator.scenario.target import Timeouts
from tests.replay.rig import replay, request
from tests.replay.scripted import CLOSE, STREAM, Scripted, answer, end, event, plain


def turns(number: int, *, think_s: float = 0.1) -> list[object]:
    return [request(f"s1.t{n}", turn=n, at=0.0 if n == 1 else None, think_s=think_s) for n in range(1, number + 1)]


def test_the_next_turn_is_due_its_think_time_after_the_answer():
    with Scripted([STREAM, 0.1, event(content="a"), end()]) as server:
        rows = replay(server.url, turns(2))
    first, second = rows.requests
    assert (first.due_from, second.due_from) == ("plan", "previous")
    assert abs(second.scheduled_at - (first.ended_at + 0.1)) < 1e-6


def test_turns_after_an_unanswered_one_are_skipped():
    with Scripted(answer(), plain(500)) as server:
        rows = replay(server.url, turns(4))
    assert [(row.request_id, row.final_outcome, row.attempts) for row in rows.requests] == [
        ("s1.t1", "ok", 1),
        ("s1.t2", "server_error", 1),
        ("s1.t3", "skipped", 0),
        ("s1.t4", "skipped", 0),
    ]
    assert rows.requests[2].scheduled_at is None


def test_a_stalled_server_does_not_slow_the_plan():
    """Response times count from the schedule: every session starts on time although no answer has come."""
    sessions = [[request(f"s{n}.t1", at=n * 0.02)] for n in range(30)]
    with Scripted([0.5, *answer()]) as server:
        rows = replay(server.url, *sessions)
    lags = [call.sent_at - call.scheduled_at for call in rows.calls]
    assert max(lags) < 0.1
    assert all(row.ended_at - row.scheduled_at >= 0.5 for row in rows.requests)
    assert {row.request_id: row.scheduled_at for row in rows.requests} == pytest.approx(
        {session[0].request_id: session[0].at for session in sessions}, abs=1e-6
    )


def test_what_a_stop_cuts_is_cancelled_or_not_reached():
    sessions = [turns(2), [request("late.t1", at=5.0)]]
    with Scripted([STREAM, event(content="a"), 2.0, end()]) as server:
        rows = replay(server.url, *sessions, stop_after_s=0.3)
    outcomes = {row.request_id: row.final_outcome for row in rows.requests}
    assert outcomes == {"s1.t1": "cancelled", "s1.t2": "not_reached", "late.t1": "not_reached"}
    assert rows.outcomes() == ["cancelled"]


def test_the_drain_ends():
    with Scripted([STREAM, event(content="a"), 4.0, CLOSE]) as server:
        rows = replay(server.url, span_s=0.1, drain_s=0.2)
    assert rows.outcomes() == ["cancelled"]


def test_a_closed_loop_keeps_so_many_sessions_open():
    sessions = [[request(f"s{n}.t1", at=0.0)] for n in range(6)]
    with Scripted([STREAM, 0.1, event(content="a"), end()]) as server:
        rows = replay(server.url, *sessions, users=2)
        assert server.connections == 2
    ends = sorted(row.ended_at for row in rows.requests)
    assert ends[-1] - ends[0] >= 0.2  # three rounds of two


def test_counts_add_up_to_the_plan():
    times = Timeouts(connect="1s", first_token="200ms", total="400ms")
    with Scripted(answer(), plain(429), *[answer()] * 3, [1.0]) as server:
        sessions = [[request(f"x{n}.t1", at=0.1 * n)] for n in range(1, 5)]
        rows = replay(server.url, turns(2), *sessions, timeouts=times)
    assert rows.share is not None
    progress = rows.share.progress()
    assert progress["failed"] == 1  # the one that timed out
    settled = ("answered", "refused", "failed", "cancelled", "dropped", "skipped", "not_reached")
    assert sum(progress[word] for word in settled) == progress["planned"] == 6
