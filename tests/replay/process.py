"""A replay as users run it: Locust in its own process, against a scripted server."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.replay.command import command
from simulator.replay.evidence import read
from simulator.replay.plan import ReplayPlan, Rung, Target
from simulator.traffic.request import Request
from simulator.traffic.trace import TRACE, Trace
from tests.replay.rig import request


def trace_of(*requests: Request, span_s: float) -> Trace:
    """A trace of these requests, in this order."""
    columns = {name: [getattr(one, name) for one in requests] for name in TRACE.names}
    return Trace(pa.table(columns, schema=TRACE), span_s)


def chats(number: int, *, span_s: float) -> Trace:
    """Sessions of two turns, evenly spread."""
    rows = []
    for n in range(number):
        rows.append(request(f"s{n}.t1", at=n * span_s / number))
        rows.append(request(f"s{n}.t2", turn=2, at=None, think_s=0.05))
    return trace_of(*rows, span_s=span_s)


def plan_for(run_dir: Path, url: str, trace: Trace, **fields: Any) -> Path:
    """Writes the trace and a plan of one rung beside it; returns the plan's path."""
    trace.write(run_dir / "trace.parquet")
    values: dict[str, Any] = {
        "run_dir": run_dir,
        "trace": run_dir / "trace.parquet",
        "trace_digest": trace.digest(),
        "seed": 1,
        "rungs": [Rung(scale=1, strategy="single")],
        "strategies": {"single": "m"},
        "target": Target(base_url=url),
        "duration_s": trace.span_s,
    }
    path = run_dir / "plan.json"
    ReplayPlan(**(values | fields)).write(path)
    return path


@dataclass
class Ended:
    """A replay process after its end."""

    code: int
    out: str
    err: str
    run_dir: Path

    @property
    def evidence(self) -> tuple[pa.Table, pa.Table, dict[str, Any]]:
        return read(self.run_dir)


def start(plan: Path, *, processes: int = 1) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(plan, processes=processes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait(process: "subprocess.Popen[str]", plan: Path) -> Ended:
    out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err, plan.parent)


def run(plan: Path, *, processes: int = 1) -> Ended:
    return wait(start(plan, processes=processes), plan)
