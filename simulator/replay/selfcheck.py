"""How wrong this machine's measurements are: replays against an endpoint that knows its true times, at rising rates."""

import json
import math
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.endpoint import cores, embedded
from simulator.errors import Precondition
from simulator.figures import Figures
from simulator.replay.command import command
from simulator.replay.evidence import read
from simulator.replay.plan import ReplayPlan, Rung, Target
from simulator.traffic.trace import TRACE, Trace

TOKENS = 64
ERROR_LIMIT_S, LAG_LIMIT_S, SENT_LIMIT = 0.010, 0.050, 0.995
"""A rate is safe where the first token's error p99 stays within 10 ms, send lag p99 within the gate of the run verdict
(house rule 9) and as many requests were sent as it asks for."""
PROFILE: dict[str, Any] = {
    "name": "selfcheck",
    "description": "An exact clock: 50 ms to the first token, 5 ms a token, nothing at random, no limits.",
    "stream": {"flush": "0s"},
    "models": {
        "exact": {
            "provider": "selfcheck",
            "context_window": 100_000,
            "max_output_tokens": 1_000,
            "replicas": 64,
            "max_sequences": 1_000,
            "queue": 10_000,
            "first_token": {"base": "50ms", "per_1k_uncached": "0ms", "cv": 0},
            "per_token": {"base": "5ms", "per_sequence": "0ms", "cv": 0},
        }
    },
}


class Step(Figures):
    """One rate. Errors are this client's time to first token minus the endpoint's own, seconds."""

    rate: float
    planned: int
    sent: int
    error_p50_s: float | None
    error_p99_s: float | None
    send_lag_p50_s: float | None
    send_lag_p99_s: float | None
    hub_stall_max_s: float | None
    endpoint_lag_p99_s: float | None
    cpu_s_per_request: float | None
    memory_mb: float
    first_token_late: int
    clock: str
    timer: str

    @property
    def safe(self) -> bool:
        """Whether figures measured at this rate can be trusted."""
        error, lag = self.error_p99_s, self.send_lag_p99_s
        good = error is not None and lag is not None and error <= ERROR_LIMIT_S and lag <= LAG_LIMIT_S
        return good and self.sent >= SENT_LIMIT * self.planned


@dataclass(frozen=True)
class Server:
    """Where a step sends to, and the CPU that the generator gets."""

    url: str
    model: str
    cpu: int | None = None


def selfcheck(rates: Sequence[float], *, seconds: float) -> Iterator[Step]:
    """One step per rate, requests a second, each with its own endpoint, on a core apart where there are two.

    The endpoint shares the machine, so that it gives out before the generator does.
    """
    endpoint_cpu, generator_cpu = cores()
    for rate in rates:
        with tempfile.TemporaryDirectory(prefix="tenfold-selfcheck-") as scratch:
            profile, log = Path(scratch, "profile.yaml"), Path(scratch, "truth.jsonl")
            profile.write_text(json.dumps(PROFILE), encoding="utf-8")  # JSON is YAML
            with embedded(profile, seed=1, cpu=endpoint_cpu, log=log) as url:
                replayed = replayed_step(Server(url, "exact", generator_cpu), Path(scratch), rate=rate, seconds=seconds)
            yield step(*replayed, _truth(log), rate=rate)


def safe_rate(steps: Sequence[Step]) -> float | None:
    """The highest rate up to which every step was safe; None where the first was not."""
    safe = None
    for one in sorted(steps, key=lambda one: one.rate):
        if not one.safe:
            break
        safe = one.rate
    return safe


def replayed_step(server: Server, scratch: Path, *, rate: float, seconds: float) -> tuple[pa.Table, dict[str, Any]]:
    """Poisson arrivals of one-turn sessions at `rate`; the rows and the facts of the one rung."""
    trace = steady(rate, seconds)
    trace.write(scratch / "trace.parquet")
    plan = ReplayPlan(
        run_dir=scratch,
        trace=scratch / "trace.parquet",
        trace_digest=trace.digest(),
        seed=1,
        rungs=[Rung(scale=1, strategy="exact")],
        strategies={"exact": server.model},
        target=Target(base_url=server.url),
        duration_s=seconds,
    )
    plan.write(scratch / "plan.json")
    process = subprocess.Popen(
        command(scratch / "plan.json"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if server.cpu is not None:
        os.sched_setaffinity(process.pid, {server.cpu})
    _, said = process.communicate(timeout=120 + 10 * seconds)
    if process.returncode:
        raise Precondition(f"the replay ended with {process.returncode}: {said.strip().splitlines()[-1]}")
    calls, _, facts = read(scratch)
    return calls, facts["rungs"][0]


def steady(rate: float, seconds: float) -> Trace:
    """Sessions of one turn, 50 tokens in and `TOKENS` out, at times drawn uniformly: Poisson, given their number."""
    count = max(1, round(rate * seconds))
    at = np.sort(np.random.default_rng(1).uniform(0.0, seconds, count))
    columns: dict[str, Any] = {name: [None] * count for name in TRACE.names} | {
        "request_id": [f"s{n}.t1" for n in range(count)],
        "session_id": [f"s{n}" for n in range(count)],
        "turn": [1] * count,
        "journey": ["selfcheck"] * count,
        "at": at,
        "think_s": [0.0] * count,
        "input_tokens": [50] * count,
        "output_tokens": [TOKENS] * count,
        "prefix_hashes": [[]] * count,
        "parts": [[]] * count,
    }
    return Trace(pa.table(columns, schema=TRACE), seconds)


def step(calls: pa.Table, rung: Mapping[str, Any], truth: Mapping[str, float], *, rate: float) -> Step:
    """What a rung says of this machine. `truth` is the real time to first token by call id, seconds."""
    process = rung["processes"][0]
    columns = (calls[name].to_pylist() for name in ("call_id", "sent_at", "first_token_at"))
    errors = [
        first - sent - truth[call]
        for call, sent, first in zip(*columns, strict=True)
        if first is not None and call in truth
    ]
    busy = process["cpu_s"]
    return Step(
        rate=rate,
        planned=rung["planned"],
        sent=rung["sent"],
        error_p50_s=percentile(errors, 0.50),
        error_p99_s=percentile(errors, 0.99),
        cpu_s_per_request=busy / rung["sent"] if rung["sent"] else None,
        endpoint_lag_p99_s=rung["health"]["endpoint_lag_p99_s"],
        **{name: process[name] for name in _AS_SAID},
    )


_AS_SAID = ("send_lag_p50_s", "send_lag_p99_s", "hub_stall_max_s", "memory_mb", "first_token_late", "clock", "timer")


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest rank of the sizes: an error counts whichever its sign."""
    ordered = sorted(map(abs, values))
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _truth(log: Path) -> dict[str, float]:
    """Time from the endpoint's receipt of a request to its first token's write, by call id."""
    lines = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
    return {
        line["key"]: line["first_token_at"] - line["offered_at"]
        for line in lines
        if line.get("first_token_at") is not None
    }
