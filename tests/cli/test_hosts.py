"""Master, worker and target on hosts of their own: network namespaces, clocks apart, nothing shared but the code."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulator.replay.evidence import read
from simulator.run.directory import RunDirectory
from simulator.summary import Summary
from simulator.traffic.multiply import multiply
from simulator.traffic.trace import Trace
from tests.cli.conftest import furnished

pytestmark = pytest.mark.slow

AHEAD_S = 5000
"""How far the worker's monotonic clock is from the master's."""


@dataclass
class Network:
    """Three namespaces on one bridge: the master's, the worker's, the target's."""

    name: str

    def enter(self, host: str) -> list[str]:
        return ["ip", "netns", "exec", f"{self.name}-{host}"]


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Made for these tests and removed after them; skips where this process may not."""
    if missing := [tool for tool in ("ip", "unshare") if shutil.which(tool) is None]:
        pytest.skip(f"{' and '.join(missing)} not installed: no hosts can be made")
    made = Network(f"tenfold{os.getpid()}")
    hosts = {"target": 1, "master": 2, "worker": 3}
    try:
        for host in hosts:
            ip("netns", "add", f"{made.name}-{host}")
            ip("-n", f"{made.name}-{host}", "link", "set", "lo", "up")
        bridge = ("-n", f"{made.name}-target")
        ip(*bridge, "link", "add", "bridge0", "type", "bridge")
        for host in ("master", "worker"):
            ends = ("name", f"to-{host}", "type", "veth", "peer", "name", "eth0", "netns", f"{made.name}-{host}")
            ip(*bridge, "link", "add", *ends)
            ip(*bridge, "link", "set", f"to-{host}", "master", "bridge0", "up")
        for host, number in hosts.items():
            device = "bridge0" if host == "target" else "eth0"
            ip("-n", f"{made.name}-{host}", "address", "add", f"10.77.0.{number}/24", "dev", device)
            ip("-n", f"{made.name}-{host}", "link", "set", device, "up")
        ran = subprocess.run(["unshare", "-m", "-T", "--monotonic", "1", "true"], capture_output=True, text=True)
        if ran.returncode:
            pytest.skip(f"no clock of its own can be made here: {ran.stderr.strip()}")
        yield made
    finally:
        for host in hosts:
            subprocess.run(["ip", "netns", "delete", f"{made.name}-{host}"], capture_output=True)


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no network namespaces can be made here: ip {' '.join(words)}: {done.stderr.strip()}")


@dataclass
class Hosts:
    """A run under way."""

    master: "subprocess.Popen[str]"
    far: "subprocess.Popen[bytes]"
    out: Path
    truth: Path

    def ended(self) -> tuple[int, str]:
        _, said = self.master.communicate(timeout=120)
        return self.master.returncode, said


@contextmanager
def started(network: Network, folder: Path, repository: Path, *flags: str) -> Iterator[Hosts]:
    """A target, a master with a worker beside it, and a worker on the other host that cannot see their files."""
    near, far, target = (folder / name for name in ("near", "far", "target"))
    for home in (near, far, target):
        home.mkdir()
    furnished(near, repository)
    shutil.copy(near / "fast.yaml", target)
    for home in (near, far):
        shutil.copy(repository / "scenarios/locustfile.py", home)
    locust = [sys.executable, "-m", "locust", "-f", "locustfile.py"]
    worker = [*locust, "--worker", "--master-host", "10.77.0.2"]
    hidden = f"mount -t tmpfs none {near} && exec {' '.join(worker)}"
    apart = ["unshare", "-m", "-T", "--monotonic", str(AHEAD_S), "--fork", "--kill-child", "sh", "-c", hidden]
    serve = [sys.executable, "-m", "simulator.staging", "--profile", "fast.yaml", "--host", "10.77.0.1"]
    lead = [*locust, "--master", "--expect-workers", "2", "--headless", "--scenario", "small.yaml", "--out", "out"]
    lead += ["--host", "http://10.77.0.1:8000", "--max-spend", "9", "--strategy", "single", *flags]
    surroundings = {**os.environ, "TENFOLD_API_KEY": "k"}
    running: list[subprocess.Popen] = []

    def start(host: str, home: Path, words: list[str], **how) -> subprocess.Popen:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | how
        running.append(subprocess.Popen([*network.enter(host), *words], cwd=home, env=surroundings, **quiet))
        return running[-1]

    try:
        endpoint = start("target", target, [*serve, "--port", "8000", "--log", "truth.jsonl"], stdout=subprocess.PIPE)
        assert json.loads(endpoint.stdout.readline())["url"]
        master = start("master", near, lead, stderr=subprocess.PIPE, text=True)
        start("master", near, worker)
        yield Hosts(master, start("worker", far, apart), near / "out", target / "truth.jsonl")
        endpoint.terminate()
        endpoint.wait(timeout=20)  # its log is whole
    finally:
        for process in running:
            process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()


def test_two_hosts_play_the_plan_of_one_at_the_same_times(network: Network, tmp_path: Path, repository: Path) -> None:
    with started(network, tmp_path, repository, "-t", "4s", "--scale", "2") as hosts:
        code, said = hosts.ended()
    summary = Summary.read(hosts.out / "summary.json")
    assert code == summary.run.exit_code, said
    (rung,) = summary.rungs
    assert (rung.health.workers_reported, rung.settled["answered"]) == (2, rung.planned)
    calls, requests = (pq.read_table(hosts.out / f"{name}.parquet").to_pylist() for name in ("calls", "requests"))
    planned = multiply(Trace.read(hosts.out / "trace.parquet"), 2.0, seed=summary.run.seed)
    assert sorted(row["request_id"] for row in requests) == sorted(planned.table["request_id"].to_pylist())
    assert {row["worker"] for row in calls} == {"worker-1", "worker-2"}
    assert summary.reconciliation.holds
    # Sent by two clocks 5,000 s apart, received by one: the order of all of them is the plan's.
    assert 0 < rung.health.clock_error_max_s < 0.02
    record = RunDirectory.open(hosts.out).read_record()
    assert "k" not in record.command.split()
    _, *lines = hosts.truth.read_text(encoding="utf-8").splitlines()  # the first is the question before the run
    true = sorted(json.loads(line)["offered_at"] for line in lines)
    sent = sorted(row["sent_at"] for row in calls)
    apart = np.array(true) - np.array(sent)
    assert np.ptp(apart) < 0.1


def test_a_host_that_dies_leaves_its_rows_and_the_run_incomplete(
    network: Network, tmp_path: Path, repository: Path
) -> None:
    with started(network, tmp_path, repository, "-t", "12s") as hosts:
        partial = hosts.out.with_name("out.partial")
        until(lambda: {"worker-1", "worker-2"} <= workers(partial))
        hosts.far.kill()
        code, said = hosts.ended()
    assert (code, "lost 1 of 2 workers" in said) == (5, True), said
    summary = Summary.read(partial / "summary.json")
    assert (summary.run.verdict, summary.rungs[0].health.workers_reported) == ("INCOMPLETE", 1)
    assert any("lost 1 of 2 workers" in reason for reason in summary.run.reasons)
    assert summary.reconciliation.holds
    rows = pq.read_table(partial / "calls.parquet")
    assert set(rows["worker"].to_pylist()) == {"worker-1", "worker-2"}


def workers(run: Path) -> set[str]:
    return set(read(run)[0]["worker"].to_pylist()) if (run / "replay.json").exists() else set()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come true within a minute"
        time.sleep(0.1)
