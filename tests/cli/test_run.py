"""From scenario to verdict over loopback: the real endpoint, the real Locust, the real reports."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator import cli
from simulator.endpoint import embedded
from simulator.errors import ExitCode
from simulator.launch.job import Job
from simulator.launch.options import Options
from simulator.summary import Summary
from tests.cli.conftest import SMALL, furnished, tenfold_in, typed_in

FAILING = SMALL.replace("time_to_first_token < 2s", "time_to_first_token < 1ms") + "claims: [saves 10%, saves 99%]\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A directory with one finished run in `out`, what it printed in `stdout` and `stderr`. Tests leave it as it is."""
    home = furnished(tmp_path_factory.mktemp("ran"), repository)
    done = tenfold_in(home)("run", "small.yaml", "--scale", "1,2", "--duration", "1s", "--out", "out")
    assert done.returncode in (ExitCode.PASS, ExitCode.NOT_VALID), done.stdout + done.stderr
    (home / "stdout").write_text(done.stdout, encoding="utf-8")
    (home / "stderr").write_text(done.stderr, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> "subprocess.CompletedProcess[str]":
    """A run in `args[-1]`, held to what it cannot keep, told to exit with 0; of sessions enough for an interval.

    It is sent to a staging endpoint under a URL.
    """
    home = furnished(tmp_path_factory.mktemp("failed"), repository)
    (home / "small.yaml").write_text(FAILING, encoding="utf-8")
    with embedded(home / "fast.yaml", seed=1) as url:
        words = ("--scale", "1", "--duration", "2s", "--cooldown", "0s", "--target", url, "--exit-zero")
        return tenfold_in(home)("run", "small.yaml", *words, "--out", str(home / "out"))


def test_a_run_reconciles_and_its_reports_agree(ran: Path) -> None:
    summary = Summary.read(ran / "out/summary.json")
    calls, requests = (pq.read_table(ran / f"out/{name}.parquet") for name in ("calls", "requests"))

    for reason in summary.run.reasons:  # on a machine that was too busy to keep up, and on no other
        assert re.search("send lag p99|stood still|endpoint's own lag", reason), reason
    assert summary.run.verdict == ("CLIENT-LIMITED" if summary.run.reasons else "VALID")
    assert [(rung.scale, rung.strategy) for rung in summary.rungs] == [
        (scale, name) for scale in (1.0, 2.0) for name in ("single", "routed")
    ]
    assert sum(rung.planned for rung in summary.rungs) == len(requests) == sum(summary.reconciliation.settled.values())
    assert sum(rung.attempts for rung in summary.rungs) == len(calls)
    assert (
        sum(cost.total or Decimal(0) for cost in summary.costs) == summary.total_usd == summary.reconciliation.rows_usd
    )
    assert summary.reconciliation.holds
    assert {path.name for path in (ran / "out").iterdir()} >= {
        "report.html",
        "report.md",
        "run.json",
        "inputs",
        "figures",
    }
    assert not list((ran / "out").glob("*.arrows"))
    assert "THE THREE THINGS THAT BREAK FIRST" in (ran / "stdout").read_text(encoding="utf-8")
    assert "answered" in (ran / "stderr").read_text(encoding="utf-8")


def test_the_classifier_pays_for_its_label_and_easy_requests_stay_small(ran: Path) -> None:
    columns = ["strategy", "purpose", "model", "served", "after_call_id"]
    rows = pq.read_table(ran / "out/calls.parquet").select(columns).to_pylist()
    labels = [row for row in rows if row["strategy"] == "routed" and row["purpose"] == "classify"]
    answers = [row for row in rows if row["strategy"] == "routed" and row["purpose"] == "answer"]
    assert len(labels) == len(answers) > 20
    assert {row["model"] for row in labels} == {"gpt-4o-mini"}
    assert {row["model"] for row in answers} == {"gpt-4o-mini", "gpt-4o"}
    assert all(row["served"] and row["after_call_id"] for row in answers)


def test_the_same_traffic_again_is_the_same_trace_whatever_is_asked_of_it(ran: Path, home: Path) -> None:
    (home / "small.yaml").write_text(FAILING, encoding="utf-8")
    options = Options(scenario=home / "small.yaml", command=("tenfold",), out=home / "out", duration_s=1.0)
    again = Job.prepare(options, tell=lambda _: None).directory.path / "trace.parquet"
    assert again.read_bytes() == (ran / "out/trace.parquet").read_bytes()


def test_the_same_bill_twice_sums_to_the_report(ran: Path) -> None:
    lines = [tenfold_in(ran)("bill", "out", "--json").stdout.splitlines() for _ in range(2)]
    assert lines[0] == lines[1]
    rows, total = [json.loads(line) for line in lines[0][:-1]], json.loads(lines[0][-1])
    assert sum(Decimal(row["cost_usd"]) for row in rows) == Decimal(total["total_usd"])
    assert Decimal(total["total_usd"]) == Summary.read(ran / "out/summary.json").total_usd


def test_exit_zero_tells_the_code_it_hides(failed: "subprocess.CompletedProcess[str]") -> None:
    assert failed.returncode == 0, failed.stdout + failed.stderr
    out = Path(failed.args[-1])
    code = Summary.read(out / "summary.json").run.exit_code
    assert code in (ExitCode.FAILED, ExitCode.NOT_VALID)  # the second on a machine that was too busy to keep up
    assert f"the exit code would be {code}" in failed.stderr
    assert tenfold_in(out.parent)("report", "out").returncode == code


def test_a_claim_that_a_run_does_not_bear_out_fails_it(failed: "subprocess.CompletedProcess[str]") -> None:
    claims = Summary.read(Path(failed.args[-1]) / "summary.json").claims
    assert [(one.strategy, one.verdict.outcome) for one in claims] == [("routed", "holds"), ("routed", "fails")]
    assert "CLAIMS" in failed.stdout


def test_a_disk_that_fills_up_ends_the_run_in_one_line(home: Path) -> None:
    tenfold = Path(sys.executable).with_name("tenfold")
    # No file may grow beyond 40 blocks of 512 bytes: what a full disk says, without one.
    script = f"ulimit -f 40; exec {tenfold} run small.yaml --scale 4 --strategy single --duration 2s --out out"
    done = subprocess.run(["sh", "-c", script], cwd=home, capture_output=True, text=True, timeout=100)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "out.partial: the disk is full; free some space or choose another place with --out" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "out").exists()


def test_ctrl_c_keeps_what_was_recorded_and_marks_it(home: Path) -> None:
    argv = [
        str(Path(sys.executable).with_name("tenfold")),
        "run",
        "small.yaml",
        "--scale",
        "1,2",
        "--duration",
        "20s",
        "--out",
        "out",
    ]
    process = subprocess.Popen(argv, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    rows = home / "out.partial/calls.arrows"
    deadline = time.monotonic() + 30
    while not (rows.exists() and rows.stat().st_size > 20_000) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1] == "tenfold: interrupted"
    assert "Traceback" not in out + err
    assert not (home / "out").exists()
    again = typed_in(home)("report", "out.partial")
    assert (again.returncode, "tenfold: interrupted" in again.stderr) == (130, False)
    summary = Summary.read(home / "out.partial/summary.json")
    assert (summary.run.status, summary.run.verdict) == ("interrupted", "INCOMPLETE")
    assert sum(rung.settled["answered"] for rung in summary.rungs) > 0
    assert summary.reconciliation.holds, summary.reconciliation


def test_a_staging_endpoint_under_a_url_is_simulated_too(failed: "subprocess.CompletedProcess[str]") -> None:
    """Its latency is that of a profile, whichever way it was started: it must not be signed as measured."""
    url = failed.args[failed.args.index("--target") + 1]
    assert f"SIMULATED: the target was a staging endpoint of Tenfold at {url}" in " ".join(failed.stdout.split())


def test_ctrl_c_while_locust_starts_leaves_nothing_and_says_so(home: Path) -> None:
    """There is no replay to report yet, which is no fault of the run directory."""
    argv = [str(Path(sys.executable).with_name("tenfold")), "run", "small.yaml", "--duration", "20s", "--out", "out"]
    process = subprocess.Popen(argv, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _until((home / "out.partial/replay.log").exists, within_s=30)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert err.splitlines()[-1] == "tenfold: interrupted"
    assert not (home / "out.partial").exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to see what is left running")
def test_nothing_is_left_running_when_the_run_is_killed_outright(home: Path) -> None:
    argv = [str(Path(sys.executable).with_name("tenfold")), "run", "small.yaml", "--duration", "20s", "--out", "out"]
    process = subprocess.Popen(argv, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _until(lambda: len(_children_in(home)) >= 2, within_s=30)
    process.kill()
    process.wait()
    _until(lambda: not _children_in(home), within_s=40)
    assert _children_in(home) == []


def _children_in(home: Path) -> list[str]:
    """Endpoints and generators whose working directory is `home`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if (entry / "cwd").readlink() == home and ("simulator.staging" in line or "locust" in line):
                found.append(line)
        except OSError:
            continue  # it ended while we looked
    return found


def _until(holds: Callable[[], bool], *, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.2)


def test_a_command_that_is_to_outlive_its_terminal_does() -> None:
    """`nohup` says so by a signal that is ignored."""
    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.getsignal(kind) for kind in kinds}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli._ended_politely() == []
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
