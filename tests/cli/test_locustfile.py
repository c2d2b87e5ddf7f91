"""Plain Locust with the shipped locustfile: the same plan, the same rows, the same verdict as `tenfold run`."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from simulator.summary import Summary


def test_a_headless_run_is_finished_and_exits_with_its_verdict(home: Path, repository: Path) -> None:
    argv = [sys.executable, "-m", "locust", "-f", str(repository / "scenarios/locustfile.py"), "--headless"]
    argv += ["--scenario", "small.yaml", "--scale", "2", "--strategy", "routed", "-t", "2s", "--out", "out"]
    done = subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = Summary.read(home / "out/summary.json")
    assert [(rung.scale, rung.strategy) for rung in summary.rungs] == [(2.0, "routed")]
    assert (summary.run.simulated, summary.run.verdict) == (True, "VALID")
    assert sum(summary.reconciliation.settled.values()) == len(pq.read_table(home / "out/requests.parquet"))
    assert summary.reconciliation.holds
