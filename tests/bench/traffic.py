"""How fast traffic is: read, summarise, multiply and generate a million requests, write prompts, on one core."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from simulator.traffic import formats
from simulator.traffic.generate import generate
from simulator.traffic.info import of_file
from simulator.traffic.multiply import multiply
from simulator.traffic.plan import Traffic
from simulator.traffic.prompts import Prompts
from simulator.traffic.trace import Trace

ROWS = 1_000_000
PLAN = {
    "arrivals": {"kind": "gamma", "rate": "100/s", "cv": 1.4},
    "journeys": [
        {
            "name": "chat",
            "system_tokens": 420,
            "input_tokens": {"kind": "lognormal", "median": 600, "sigma": 0.8},
            "output_tokens": {"kind": "lognormal", "median": 110, "sigma": 0.6},
            "hard": "20%",
        }
    ],
}
LENGTHS_ONLY = "read 10 M rows of Parquet and summarise"


def timed(name: str, goal: str, work: Callable[[], str]) -> str:
    """Run once; the time beside the goal."""
    began = time.perf_counter()
    said = work()
    return f"{name:<44} {time.perf_counter() - began:7.2f} s   goal {goal:<8} {said}"


def write_csv(path: Path, rows: int) -> None:
    """A log in Azure's format: Poisson arrivals, lognormal lengths, seven digits of fraction."""
    random = np.random.default_rng(1)
    at = np.cumsum(random.exponential(1e7 / 100, rows)).astype(np.int64)
    sent, answered = random.lognormal(6.5, 0.9, rows).astype(int) + 1, random.lognormal(4.7, 0.7, rows).astype(int) + 1
    base = np.datetime64("2026-11-02T00:00:00", "s")
    seconds = np.datetime_as_string(base + (at // 10**7).astype("timedelta64[s]"))
    with path.open("w") as file:
        file.write("TIMESTAMP,ContextTokens,GeneratedTokens\n")
        for when, part, a, b in zip(seconds, at % 10**7, sent, answered, strict=True):
            file.write(f"{when.replace('T', ' ')}.{part:07d},{a},{b}\n")


def read_and_summarise(path: Path) -> str:
    _, found = of_file(path)
    return f"{found.rows:,} rows, {found.mean_rate:.0f}/s"


def ten_million(path: Path) -> str:
    """In a process of its own, for its memory."""
    program = f"from tests.bench.traffic import child; child({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def child(path: str) -> None:
    """Read a trace and print its rows and the memory that it took."""
    _, found = of_file(Path(path))
    print(f"{found.rows:,} rows, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def prompts(trace: Trace, count: int) -> str:
    writer, requests = Prompts(1), [row for rows in trace.sessions()[:count] for row in rows]
    writer.messages(requests[0])  # the word bank loads once
    began = time.perf_counter()
    for request in requests:
        writer.messages(request)
    took = time.perf_counter() - began
    tokens = sum(request.input_tokens for request in requests)
    return f"{tokens / took / 1e6:.1f} M tokens/s, {len(requests) / took:,.0f} prompts/s"


def run() -> Iterator[str]:
    """One line per figure, beside its aim."""
    plan = Traffic.model_validate(PLAN)
    with tempfile.TemporaryDirectory() as folder:
        log, parquet = Path(folder) / "log.csv", Path(folder) / "trace.parquet"
        write_csv(log, ROWS)
        yield timed("read 1 M rows of CSV and summarise", "3 s", lambda: read_and_summarise(log))
        trace = formats.read(log).trace
        yield timed("multiply 1 M rows by 10", "5 s", lambda: f"{len(multiply(trace, 10, seed=1)):,} rows")
        multiply(trace, 10, seed=1).write(parquet)
        yield timed(LENGTHS_ONLY, "10 s", lambda: ten_million(parquet))
    yield timed("generate 1 M requests", "3 s", lambda: f"{len(generate(plan, span_s=ROWS / 100, seed=1)):,} requests")
    chat = generate(plan, span_s=200, seed=1)
    yield timed("multiply 1 M rows with block ids by 10", "–", lambda: blocks(plan))
    yield timed("write prompts", "20 M/s", lambda: prompts(chat, 20_000))


def blocks(plan: Traffic) -> str:
    return f"{len(multiply(generate(plan, span_s=ROWS / 100, seed=1), 10, seed=1)):,} rows (with generating them)"


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
