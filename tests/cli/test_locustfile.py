"""Plain Locust with the shipped locustfile: the same plan, the same rows, the same verdict as `tenfold run`."""

import csv
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pyarrow.parquet as pq
import pytest

from simulator.cli import locust_flags
from simulator.errors import BadInput
from simulator.run.directory import RunDirectory
from simulator.summary import Summary
from simulator.traffic.trace import Trace
from tests.replay.scripted import STREAM, Scripted, answer, end, event, plain

LONG = [STREAM, event(content="a"), 4.5, event(content="b"), end(prompt_tokens=1, completion_tokens=2)]
"""So long that a second's sessions are all in flight for more than the 2 s for which Locust repeats what it said."""


def locust(repository: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "locust", "-f", str(repository / "scenarios/locustfile.py"), *words]


def test_a_headless_run_is_finished_and_exits_with_its_verdict(home: Path, repository: Path) -> None:
    argv = locust(repository, "--headless", "--scenario", "small.yaml", "--scale", "2", "--strategy", "routed")
    argv += ["--jitter", "200ms", "-t", "2s", "--out", "out"]
    done = subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=120)
    summary = Summary.read(home / "out/summary.json")
    assert done.returncode == summary.run.exit_code, done.stdout + done.stderr
    assert [(rung.scale, rung.strategy) for rung in summary.rungs] == [(2.0, "routed")]
    assert (summary.run.simulated, summary.run.status) == (True, "complete")
    assert summary.run.multiply == "clone: each session k times on the same clock, starts jittered by up to 200 ms"
    assert sum(summary.reconciliation.settled.values()) == len(pq.read_table(home / "out/requests.parquet"))
    assert summary.reconciliation.holds


def test_a_flag_that_cannot_be_read_is_told_as_tenfold_run_tells_it(home: Path, repository: Path) -> None:
    argv = locust(repository, "--headless", "--scenario", "small.yaml", "--multiply", "worst", "--jitter", "1s")
    done = subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == "--jitter is for --multiply clone; worst draws none"
    with pytest.raises(BadInput, match="--repeat"):
        locust_flags.options(["small.yaml", "--repeat=0"], command=())


def test_a_target_that_refuses_the_key_is_told_before_the_run(home: Path, repository: Path) -> None:
    with Scripted(plain(401)) as server:
        argv = locust(repository, "--headless", "--scenario", "small.yaml", "--host", server.url, "-t", "2s")
        done = subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=60)
        assert len(server.requests) == 1
    assert done.returncode == 3
    assert "(HTTP 401): the key was refused; check the variable" in done.stderr.strip().splitlines()[-1]
    assert [*(home / "results").iterdir()] == []


def test_the_web_ui_shows_sessions_as_users_stops_and_starts_again(home: Path, repository: Path) -> None:
    with Scripted(answer(), LONG) as server, web_ui(repository, home, "--scenario", "small.yaml") as (page, process):
        form = {"host": server.url, "strategy": "single", "duration": "1s", "max_spend": "", "jitter": ""}
        page("/swarm", **form, scale="2", matrix="false")
        sessions = 2 * planned_sessions(home)
        until(lambda: page("/stats/requests")["user_count"] == sessions)
        page("/stop")
        until(lambda: page("/stats/requests")["state"] == "stopped")  # Locust keeps what it answered for 2 s
        page("/swarm", **form, scale="1")
        until(lambda: page("/stats/requests")["user_count"] == sessions // 2)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    first, second = sorted((home / "results").iterdir())
    assert [RunDirectory.open(run).read_record().status for run in (first, second)] == ["interrupted"] * 2
    assert "--scale=2" in RunDirectory.open(first).read_record().command
    assert {first.name, second.name} == {run.parent.name for run in (home / "results").glob("*/report.html")}


@pytest.mark.slow
def test_two_processes_write_the_same_users_into_the_csv_history(home: Path, repository: Path) -> None:
    argv = locust(repository, "--headless", "--scenario", "small.yaml", "--strategy", "single", "--processes", "2")
    with Scripted(answer(), LONG) as server:
        argv += [
            "-t",
            "1s",
            "--host",
            server.url,
            "--csv",
            "stats",
            "--master-bind-port",
            (port := free_port()),
            "--master-port",
            port,
        ]
        subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=120)
    rows = csv.DictReader((home / "stats_stats_history.csv").read_text(encoding="utf-8").splitlines())
    assert max(int(row["User Count"]) for row in rows) == planned_sessions(home)


def planned_sessions(home: Path) -> int:
    """Of the newest run there."""
    until(lambda: any((home / "results").glob("*/trace.parquet")))
    return len(Trace.read(max((home / "results").glob("*/trace.parquet"))).sessions())


@contextmanager
def web_ui(repository: Path, home: Path, *words: str) -> Iterator[tuple[Callable[..., Any], "subprocess.Popen[bytes]"]]:
    """Locust with its web UI, and a function that asks it; with fields it posts a form."""
    root = f"http://127.0.0.1:{(port := free_port())}"
    argv = locust(repository, "--web-host", "127.0.0.1", "--web-port", port, *words)
    process = subprocess.Popen(argv, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def page(path: str, **fields: str) -> Any:
        data = urlencode(fields).encode() if fields or path == "/stop" else None
        with urlopen(root + path, data=data, timeout=30) as answer:
            return json.load(answer)

    try:
        until(lambda: page("/stats/requests")["state"] == "ready")
        yield page, process
    finally:
        process.kill()
        process.wait()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not come true within a minute")
