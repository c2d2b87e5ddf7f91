"""A guard stops a live run: exit 4, what was recorded is kept and adds up, and the report says why."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.summary import Summary
from tests.cli.conftest import Tenfold
from tests.replay.scripted import STREAM, Scripted, answer, end, event, plain

DEAR = [STREAM, event(content="a"), end(prompt_tokens=10_000, completion_tokens=1_000)]


def partial(home: Path) -> Summary:
    """The figures of the run in `out`, which must add up: sums agree, and something was kept and something left."""
    summary = Summary.read(home / "out.partial/summary.json")
    assert summary.reconciliation.holds, summary.reconciliation.problems
    assert (summary.run.status, summary.run.verdict) == ("stopped", "INCOMPLETE")
    assert sum(summary.reconciliation.settled.values()) == summary.reconciliation.planned
    assert summary.reconciliation.settled["answered"]
    assert summary.reconciliation.settled["not_reached"]
    return summary


@pytest.mark.slow
def test_too_many_errors_stop_a_run(home: Path, tenfold: Tenfold) -> None:
    asked_first = [answer()] * 2  # each model one short question
    with Scripted(*asked_first, answer(), answer(), plain(500)) as server:
        words = ["--strategy", "routed", "--scale", "2", "--duration", "20s", "--target", server.url, "--out", "out"]
        done = tenfold("run", "small.yaml", *words, "--max-error-rate", "60%")
    assert done.returncode == 4, done.stderr
    (why,) = (one for one in partial(home).run.reasons if one.startswith("the run is stopped"))
    assert "requests were not answered, more than 60 %" in why
    assert "requests were not answered, more than 60 %" in (home / "out.partial/report.md").read_text(encoding="utf-8")


def test_a_spend_limit_stops_plain_locust(home: Path, repository: Path) -> None:
    """10,000 tokens in and 1,000 out of gpt-4o cost 2 ½ + 1 cents each time: the 15th takes it past half a dollar."""
    argv = [sys.executable, "-m", "locust", "-f", str(repository / "scenarios/locustfile.py"), "--headless"]
    argv += ["--scenario", "small.yaml", "--strategy", "single", "-t", "20s", "--max-spend", "0.5", "--out", "out"]
    with Scripted(DEAR) as server:
        done = subprocess.run([*argv, "--host", server.url], cwd=home, capture_output=True, text=True, timeout=120)
    assert done.returncode == 4, done.stderr
    summary = partial(home)
    assert "the run is stopped: spent $0." in " ".join(summary.run.reasons)
    assert "at or over the limit of $0.50" in done.stderr.strip().splitlines()[-1]
    # Workers report four times a second, and 16 sessions begin in one.
    assert Decimal("0.5") <= summary.reconciliation.ledger_usd <= Decimal("0.5") + 8 * Decimal("0.035")
