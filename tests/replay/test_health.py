"""A generator that could not keep up says so; what this machine cannot send is dropped, never the target's fault."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import numpy as np
import pytest

from simulator.replay.flight import Flight
from simulator.replay.health import together
from simulator.run.in_flight import littles_law
from simulator.run.record import GeneratorHealth
from simulator.scenario.target import Timeouts
from tests.replay.rig import Rows, replay, request
from tests.replay.scripted import Scripted, answer

NS = 1_000_000_000


def test_a_hub_that_stands_still_is_seen_in_stall_and_lag():
    sessions = [[request(f"s{n}.t1", at=n * 0.01)] for n in range(60)]

    class Blocking(Rows):
        """As a listener may be."""

        def take(self, calls, request, turn):
            super().take(calls, request, turn)
            if len(self.requests) == 20:
                time.sleep(0.3)

    with Scripted(answer()) as server:
        rows = replay(server.url, *sessions, rows=Blocking())
    assert rows.share is not None
    facts = rows.share.health.facts()
    assert facts["sent"] == 60
    assert facts["hub_stall_max_s"] >= 0.25
    assert facts["send_lag_max_s"] >= 0.25
    assert facts["send_lag_p50_s"] < facts["send_lag_p99_s"]


def test_first_tokens_keep_their_time_when_the_hub_stands_still():
    """The kernel stamped them: a busy generator does not make the server look slow."""
    with Scripted([0.1, *answer("one")]) as server:
        gevent.spawn_later(0.05, time.sleep, 0.3)
        (call,) = replay(server.url).calls
    assert call.first_token_at is not None
    assert call.sent_at is not None
    if not call.first_token_late:
        assert call.first_token_at - call.sent_at < 0.25


def test_many_open_files_do_not_hurt():
    with files_held(1100), Scripted(answer()) as server:
        assert replay(server.url, [request(), request("s1.t2", turn=2, at=None)]).outcomes() == ["ok", "ok"]
        assert server.connections == 1


def test_what_this_machine_cannot_send_is_dropped():
    """A few files are left for the timer and the first sessions; the server, in this process too, may not get one."""
    sessions = [[request(f"s{n}.t1", at=0.0), request(f"s{n}.t2", turn=2, at=None)] for n in range(12)]
    with Scripted(answer()) as server, no_files_left(but=6):
        rows = replay(server.url, *sessions, timeouts=Timeouts(connect="200ms", first_token="200ms", total="300ms"))
    first = {row.session_id: row for row in rows.requests if row.turn == 1}
    dropped = [name for name, row in first.items() if row.final_outcome == "dropped"]
    assert dropped
    assert all(first[name].attempts == 0 and first[name].ended_at is None for name in dropped)
    assert {call.session_id for call in rows.calls}.isdisjoint(dropped)
    later = {row.session_id: row.final_outcome for row in rows.requests if row.turn == 2}
    assert {later[name] for name in dropped} == {"skipped"}


@contextmanager
def files_held(number: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number + 200:
        pytest.skip("this system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number + 200), hard))
    held = [os.dup(0) for _ in range(number)]
    try:
        yield
    finally:
        for file in held:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def no_files_left(*, but: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        for _ in range(but):
            os.close(held.pop())
    try:
        yield
    finally:
        for file in held:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_looks_come_once_in_every_slot_of_the_span_at_times_of_their_own():
    times = [*Flight(5 * NS, 7 * NS, seed=1).times()]
    assert [(time - 5 * NS) // 50_000_000 for time in times] == [*range(40)]
    assert len({time % 50_000_000 for time in times}) == 40
    assert (Flight(0, 0, seed=1).seen_s, [*Flight(0, 0, seed=1).times()]) == (0.0, [])


def test_what_was_seen_in_flight_agrees_with_the_times_in_the_rows():
    """Little's law, both sides of their own: looks at what is open, and times by the kernel's stamps."""
    sessions = [[request(f"s{n}.t1", at=n * 0.05)] for n in range(40)]
    with Scripted([0.3, *answer("one two")]) as server:
        rows = replay(server.url, *sessions, span_s=2.0)
    assert rows.share is not None
    health = GeneratorHealth(
        clock="",
        in_flight_mean=rows.share.flight()["in_flight_s"] / 2.0,
        in_flight_every_s=rows.share.flight()["in_flight_every_s"],
        hub_stall_max_s=rows.share.health.facts()["hub_stall_max_s"],
    )
    sent, ended = (np.array([getattr(call, name) for call in rows.calls]) for name in ("sent_at", "ended_at"))
    ratio, tolerance = littles_law(health, sent, ended, span=2.0)
    assert ratio == pytest.approx(1.0, abs=tolerance)
    wrong, _ = littles_law(health, sent, ended + 0.5, span=2.0)
    assert wrong < 1 - tolerance


def test_what_is_in_flight_behind_the_window_is_not_in_its_mean():
    with Scripted([0.6, *answer("one")]) as server:
        rows = replay(server.url, span_s=0.2)
    assert rows.share is not None
    assert rows.share.flight()["in_flight_s"] == pytest.approx(0.2, abs=0.06)


def test_processes_together_are_as_bad_as_the_worst():
    one = {
        "send_lag_p50_s": 0.1,
        "send_lag_p99_s": None,
        "send_lag_max_s": 0.3,
        "hub_stall_max_s": 0.01,
        "cpu_share": 0.2,
    }
    one |= {"clock": "a", "in_flight_s": 2.0, "in_flight_every_s": 0.05}
    facts = [one, one | {"send_lag_p50_s": 0.2, "cpu_share": 0.9, "in_flight_s": 5.0}]
    assert together(facts, endpoint={}, planned=3, span_s=2.0) == {
        "send_lag_p50_s": 0.2,
        "send_lag_p99_s": None,
        "send_lag_max_s": 0.3,
        "hub_stall_max_s": 0.01,
        "cpu_share": 0.9,
        "endpoint_lag_p99_s": None,
        "workers_planned": 3,
        "workers_reported": 2,
        "clock": "a",
        "in_flight_mean": 3.5,
        "in_flight_every_s": 0.05,
    }
