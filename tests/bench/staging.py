"""How much one core of the staging endpoint serves, and whether it lags or grows while it does.

The endpoint runs on the last core, the client below on the first. What an answer costs is the endpoint's own CPU time,
so that a client that is slower than the endpoint does not decide the figure.

`python -m tests.bench.staging --memory 1000000` sends so many mixed requests (minutes) and prints the endpoint's memory
after each tenth.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import _mixed
from tests.provider.profiles import latency, profile

PROFILE = profile(
    {
        "quick": {"first_token": latency("1ms"), "per_token": latency("0.01ms"), "queue": 10_000},
        "streaming": {"first_token": latency("50ms"), "per_token": latency("5ms"), "replicas": 16, "queue": 10_000},
    }
)
WHOLE, STREAMS, TOKENS = 20_000, 1_500, 64
EVENTS = TOKENS + 3  # and the role, the reason and the end mark
AIM_WHOLE, AIM_CHUNKS, AIM_LAG_S = 5_000, 40_000, 0.005


@dataclass(frozen=True)
class Load:
    """What one load did to the endpoint: answers, events of streams, seconds of wall clock and of its CPU."""

    answers: int
    events: int
    wall_s: float
    cpu_s: float
    lag_p99_s: float
    rss_mib: float
    queued_s: float
    """For which it was ready and others had its core: then the lag is the machine's."""


class Client:
    """Keep-alive connections that write prepared bytes and look for the end of each answer; nothing is parsed."""

    def __init__(self, url: str, connections: int) -> None:
        self.host, _, self.port = url.removeprefix("http://").partition(":")
        self.connections = connections

    async def load(self, *, model: str, stream: bool, answers: int, tokens: int, rate: float | None) -> tuple[int, int]:
        """Answers and events. `rate` a second in all, or as fast as the connections go."""
        request = _request(model, stream=stream, tokens=tokens)
        each = answers // self.connections
        gap = self.connections / rate if rate else 0.0
        lines = (self._line(request, each, gap, gap * place / self.connections) for place in range(self.connections))
        return each * self.connections, sum(await asyncio.gather(*lines))

    async def _line(self, request: bytes, answers: int, gap: float, begin: float) -> int:
        reader, writer = await asyncio.open_connection(self.host, int(self.port))
        due, events = time.monotonic() + begin, 0
        for _ in range(answers):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += gap
            writer.write(request)
            events += await _answer(reader)
        writer.close()
        await writer.wait_closed()
        return events


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    if b"Content-Length: " in head:
        await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
        return 0
    return (await reader.readuntil(b"\r\n0\r\n\r\n")).count(b"data: ")


def _request(model: str, *, stream: bool, tokens: int) -> bytes:
    body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "x" * 1800}]})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nx-sim-output-tokens: {tokens}\r\nx-sim-input-tokens: 450\r\n\r\n"
    )
    return (head + body).encode()


def run() -> Iterator[str]:
    """One line per figure."""
    with _endpoint(PROFILE) as (url, pid):
        yield from _figures(url, pid)


def memory(requests: int) -> Iterator[str]:
    """Resident memory of the endpoint after each tenth of so many requests, with the truth log on."""
    with _endpoint(_mixed.PROFILE, "--log", os.devnull) as (url, pid):
        load, begun, seen = _mixed.Mixed(url), time.perf_counter(), []
        for tenth in range(1, 11):
            asyncio.run(load.send(requests // 10))
            seen.append(_rss_mib(pid))
            yield f"{requests * tenth // 10:>9,} requests: {seen[-1]:.1f} MiB"
        state = _state(url)
        yield f"{requests / (time.perf_counter() - begun):,.0f} requests/s; {state['counts']}"
        yield f"left over: {[model['active'] for model in state['models'].values()]} answers"
        yield f"growth over the last half: {seen[-1] - seen[4]:+.1f} MiB"


@contextmanager
def _endpoint(text: str, *options: str) -> Iterator[tuple[str, int]]:
    """URL and process id, the endpoint and this client on cores of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "profile.yaml"
        path.write_text(text)
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [None]
        pin = ["--cpu", str(cores[-1])] if len(cores) > 1 else []
        command = [sys.executable, "-m", "simulator.staging", "--profile", str(path), *pin, *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                url = json.loads(process.stdout.readline())["url"]
                if len(cores) > 1:
                    os.sched_setaffinity(0, {cores[0]})
                yield url, process.pid
            finally:
                process.terminate()
                if len(cores) > 1:
                    os.sched_setaffinity(0, set(cores))


def _figures(url: str, pid: int) -> Iterator[str]:
    whole = _measure(url, pid, model="quick", stream=False, answers=WHOLE, tokens=20)
    per_core = whole.answers / whole.cpu_s
    yield (
        f"whole answers: {whole.answers / whole.wall_s:,.0f}/s reached by this client, "
        f"{whole.cpu_s / whole.answers * 1e6:.0f} µs CPU each = {per_core:,.0f}/s a core (aim {AIM_WHOLE:,})"
    )
    streams = _measure(url, pid, model="streaming", stream=True, answers=STREAMS, tokens=TOKENS)
    per_core = streams.events / streams.cpu_s
    yield (
        f"streams of {TOKENS} tokens: {streams.events / streams.wall_s:,.0f} events/s reached, "
        f"{streams.cpu_s / streams.events * 1e6:.1f} µs CPU each = {per_core:,.0f}/s a core (aim {AIM_CHUNKS:,})"
    )
    half = _measure(url, pid, model="quick", stream=False, answers=WHOLE // 2, tokens=20, rate=AIM_WHOLE / 2)
    yield f"loop lag p99 at {AIM_WHOLE // 2:,} whole answers/s: {_lag(half)}"
    rate = AIM_CHUNKS / 2 / EVENTS
    half = _measure(url, pid, model="streaming", stream=True, answers=STREAMS, tokens=TOKENS, rate=rate)
    yield f"loop lag p99 at {half.events / half.wall_s:,.0f} stream events/s: {_lag(half)}"
    yield f"memory: {whole.rss_mib:.0f} MiB after {WHOLE:,} whole answers, {half.rss_mib:.0f} MiB at the end"


def _lag(load: Load) -> str:
    others = f"others had its core for {load.queued_s / load.wall_s:.1%} of the time"
    return f"{load.lag_p99_s * 1e3:.2f} ms (aim {AIM_LAG_S * 1e3:g} ms; {others})"


def _measure(url: str, pid: int, *, rate: float | None = None, **load: Any) -> Load:
    urllib.request.urlopen(urllib.request.Request(url + "/sim/reset", method="POST")).close()
    before, queued_s = _state(url), _queued_s(pid)
    begun = time.perf_counter()
    connections = 300 if load["stream"] else 40  # a stream lasts 0.37 s
    answers, events = asyncio.run(Client(url, connections).load(rate=rate, **load))
    wall_s = time.perf_counter() - begun
    after = _state(url)
    cpu_s, queued_s = after["cpu_s"] - before["cpu_s"], _queued_s(pid) - queued_s
    return Load(answers, events, wall_s, cpu_s, after["loop_lag_p99_s"], _rss_mib(pid), queued_s)


def _state(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + "/sim/state") as answer:
        state: dict[str, Any] = json.load(answer)
    return state


def _queued_s(pid: int) -> float:
    """Seconds that the process has waited for a core, from its start."""
    seen = Path(f"/proc/{pid}/schedstat")
    return int(seen.read_text().split()[1]) / 1e9 if seen.exists() else float("nan")


def _rss_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():  # not Linux
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="tests.bench.staging")
    parser.add_argument("--memory", type=int, metavar="REQUESTS", help="send so many and watch the endpoint's memory")
    wanted = parser.parse_args().memory
    for line in memory(wanted) if wanted else run():
        print(line, flush=True)


if __name__ == "__main__":
    main()
