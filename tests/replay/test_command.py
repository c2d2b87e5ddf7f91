"""Whole replays in processes of their own: what is planned, told on stdout, kept, and how the process ends."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from simulator.replay.command import command
from simulator.replay.evidence import read
from simulator.replay.plan import Rung, Target
from tests.replay.process import chats, plan_for, run, start, wait
from tests.replay.scripted import STREAM, Scripted, answer, end, event

SLOW = [STREAM, event(content="a"), 1.0, event(content="b"), end(prompt_tokens=1, completion_tokens=2)]


def test_two_rungs_one_after_another(tmp_path: Path):
    with Scripted(answer()) as server:
        rungs = [Rung(scale=scale, strategy="single") for scale in (1, 2)]
        ended = run(plan_for(tmp_path, server.url, chats(5, span_s=0.5), rungs=rungs))
    calls, requests, facts = ended.evidence
    assert (ended.code, facts["status"]) == (0, "complete")
    assert [(rung["scale"], rung["planned"], rung["sent"], rung["dropped"]) for rung in facts["rungs"]] == [
        (1, 10, 10, 0),
        (2, 20, 20, 0),
    ]
    assert calls.num_rows == requests.num_rows == 30
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert [(one["event"], one["answered"]) for one in events if one["event"] != "tick"] == [
        ("rung", 0),
        ("rung_end", 10),
        ("rung", 0),
        ("rung_end", 20),
    ]
    health = facts["rungs"][0]["health"]
    assert (health["workers_planned"], health["workers_reported"]) == (1, 1)
    assert health["hub_stall_max_s"] < 0.25


def test_two_processes_serve_the_same_plan_as_one(tmp_path: Path):
    trace, found = chats(12, span_s=0.5), []
    for processes in (1, 2):
        (tmp_path / str(processes)).mkdir()
    with Scripted(answer()) as server:
        plans = {processes: plan_for(tmp_path / str(processes), server.url, trace) for processes in (1, 2)}
        started = {processes: start(plan, processes=processes) for processes, plan in plans.items()}
        over = {processes: wait(process, plans[processes]) for processes, process in started.items()}
    for processes, ended in over.items():
        calls, requests, facts = ended.evidence
        assert (ended.code, facts["status"], facts["rungs"][0]["health"]["workers_reported"]) == (
            0,
            "complete",
            processes,
        )
        assert len(set(calls.column("worker").to_pylist())) == processes
        found.append(sorted((row["request_id"], row["final_outcome"], row["attempts"]) for row in requests.to_pylist()))
    assert found[0] == found[1]
    assert len(found[0]) == 24


def test_a_closed_loop_keeps_its_users_busy_and_lasts_as_long_as_they_take(tmp_path: Path):
    """24 requests of 0.1 s by two users, on a plan of 0.1 s: the rates are over what it took."""
    with Scripted([STREAM, event(content="a"), 0.1, end(prompt_tokens=1, completion_tokens=1)]) as server:
        ended = run(plan_for(tmp_path, server.url, chats(12, span_s=0.1), users=2))
    _, requests, facts = ended.evidence
    rows = requests.to_pylist()
    (rung,) = facts["rungs"]
    assert (ended.code, rung["sent"], {row["final_outcome"] for row in rows}) == (0, 24, {"ok"})
    assert rung["planned_span_s"] == pytest.approx(max(row["ended_at"] for row in rows), abs=1e-6)
    assert rung["planned_span_s"] > 1.2
    sessions = {row["session_id"]: [] for row in rows}
    for row in rows:
        sessions[row["session_id"]].append((row["scheduled_at"], row["ended_at"]))
    spans = [(min(times)[0], max(times)[1]) for times in sessions.values()]
    assert max(sum(start <= moment < end for start, end in spans) for moment, _ in spans) == 2
    busy = sum(row["ended_at"] - row["scheduled_at"] for row in rows) / rung["planned_span_s"]
    assert rung["health"]["in_flight_mean"] == pytest.approx(busy, rel=0.35)


def test_two_forked_runs_on_one_machine_do_not_meet(tmp_path: Path):
    words = [command(tmp_path / "plan.json", processes=2) for _ in range(2)]
    ports = [one[one.index("--master-bind-port") + 1] for one in words]
    assert len({*ports, "5557"}) == 3
    assert all(one[one.index("--master-bind-host") + 1] == "127.0.0.1" for one in words)
    assert "--master-bind-port" not in command(tmp_path / "plan.json")


def until_first_answer(server: Scripted) -> None:
    deadline = time.monotonic() + 20
    while not server.requests and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path, kind: signal.Signals):
    with Scripted(answer(), answer(), SLOW) as server:
        plan = plan_for(tmp_path, server.url, chats(20, span_s=30))
        process = start(plan)
        until_first_answer(server)
        process.send_signal(kind)
        ended = wait(process, plan)
    calls, requests, facts = ended.evidence
    assert (ended.code, facts["status"]) == (130, "interrupted")
    assert requests.num_rows == 40
    words = set(requests.column("final_outcome").to_pylist())
    assert {"ok", "not_reached"} <= words
    assert calls.num_rows == sum(requests.column("attempts").to_pylist()) > 0


def test_a_worker_that_is_killed_makes_the_run_incomplete(tmp_path: Path):
    with Scripted(answer()) as server:
        plan = plan_for(tmp_path, server.url, chats(60, span_s=9))
        process = start(plan, processes=2)
        until_first_answer(server)
        until_rows_are_down(tmp_path)
        victim = children(process.pid)[0]
        os.kill(victim, signal.SIGKILL)
        ended = wait(process, plan)
    _, requests, facts = ended.evidence
    assert (ended.code, facts["status"]) == (5, "failed")
    assert "lost 1 of 2 workers" in facts["reason"]
    assert facts["rungs"][0]["health"]["workers_reported"] == 1
    assert len(set(requests.column("request_id").to_pylist())) == requests.num_rows >= 60


def until_rows_are_down(run_dir: Path) -> None:
    """Rows went the whole way to the file, so whoever is killed now has been part of the run."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if read(run_dir)[0].num_rows:
            return
        time.sleep(0.05)
    raise AssertionError("no row was written within 20 s")


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_target_that_is_down_is_said_before_anything_is_sent(tmp_path: Path):
    with Scripted() as server:
        url = server.url
    ended = run(plan_for(tmp_path, url, chats(2, span_s=1)))
    assert ended.code == 3
    assert "the target does not answer" in ended.err


def test_a_key_that_is_not_set_is_named_and_never_shown(tmp_path: Path):
    with Scripted(answer()) as server:
        target = Target(base_url=server.url, key_env="TENFOLD_TEST_UNSET_KEY")
        ended = run(plan_for(tmp_path, server.url, chats(2, span_s=1), target=target))
    assert ended.code == 2
    assert "the environment has no TENFOLD_TEST_UNSET_KEY" in ended.err


def test_another_trace_than_the_planned_one_is_refused(tmp_path: Path):
    with Scripted(answer()) as server:
        ended = run(plan_for(tmp_path, server.url, chats(2, span_s=1), trace_digest="0" * 64))
    assert ended.code == 2
    assert "not the trace that was planned" in ended.err
