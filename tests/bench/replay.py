"""How fast and how exactly one process replays streams: 64 tokens, 50 ms to the first, 5 ms a token, Poisson arrivals.

With `TENFOLD_TRUTH_SERVER` naming the ground-truth server's binary (C; its own lag is far below what is measured), it
is the target; else the embedded endpoint, which gives out at a few hundred a second. Client and server get a core each.
"""

import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from simulator.endpoint import cores
from simulator.replay.selfcheck import Server, Step, replayed_step, selfcheck, step

RATES = (50.0, 100.0, 200.0, 400.0)
TRUTH_RATES = (100.0, 500.0, 1000.0, 1500.0, 1900.0)
SECONDS = 5.0
MODEL = "gt-ttft50-itl5-n64"
AIM = "aim: 1500/s a core, TTFT error p99 ≤ 0.5 ms, send lag p99 ≤ 2 ms, ≤ 200 MB"
_ROW = "{:>6} {:>7} {:>15} {:>10} {:>9} {:>10} {:>9} {:>5} {:>5}"
HEAD = _ROW.format("rate", "sent", "TTFT error p50", "p99", "lag p50", "p99", "CPU/req", "late", "MB")
# struct rec of the server: seq, eight times in ns of the monotonic clock, counts, worst lag in µs, status, flags, ids.
_RECORD = struct.Struct("<Q8q5IHBBIQI16x")
_T_RECEIVED, _T_FIRST = 3, 4


def run() -> Iterator[str]:
    """One line per rate."""
    binary = os.environ.get("TENFOLD_TRUTH_SERVER")
    yield HEAD
    for one in against_truth(Path(binary)) if binary else selfcheck(RATES, seconds=SECONDS):
        yield line(one)
    yield AIM if binary else "bounded by the embedded endpoint; name the truth server in TENFOLD_TRUTH_SERVER"


def line(one: Step) -> str:
    """A row of the table, in milliseconds."""
    times = (one.error_p50_s, one.error_p99_s, one.send_lag_p50_s, one.send_lag_p99_s, one.cpu_s_per_request)
    error, error99, lag, lag99, cpu = (f"{1000 * value:.2f} ms" if value is not None else "–" for value in times)
    share = f"{100 * one.sent / one.planned:.1f} %"
    late = f"{100 * one.first_token_late / max(one.sent, 1):.0f} %"
    return _ROW.format(f"{one.rate:g}", share, error, error99, lag, lag99, cpu, late, f"{one.memory_mb:.0f}")


def against_truth(binary: Path) -> Iterator[Step]:
    """One step per rate, each with a fresh truth server."""
    server_cpu, client_cpu = cores()
    for rate in TRUTH_RATES:
        with tempfile.TemporaryDirectory(prefix="tenfold-bench-") as scratch:
            log = Path(scratch, "truth.bin")
            with truth_server(binary, log, cpu=server_cpu) as url:
                calls, rung = replayed_step(Server(url, MODEL, client_cpu), Path(scratch), rate=rate, seconds=SECONDS)
            yield step(calls, rung, truth(log, calls), rate=rate)


@contextmanager
def truth_server(binary: Path, log: Path, *, cpu: int | None) -> Iterator[str]:
    """The server while the block runs; its log is whole afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [binary, "-p", str(port), "-o", log], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if cpu is not None:
        os.sched_setaffinity(process.pid, {cpu})
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def truth(log: Path, calls: pa.Table) -> dict[str, float]:
    """Receipt to first token by call id, seconds. The server knows no ids: the nth answered is the nth that was sent.

    Two that overtake each other swap truths that differ by the server's own lag only.
    """
    return dict(zip(answered(calls), first_tokens(log), strict=False))


def answered(calls: pa.Table) -> list[str]:
    """Ids of the calls that got a first token, in the order of sending."""
    rows = zip(*(calls[name].to_pylist() for name in ("sent_at", "call_id", "first_token_at")), strict=True)
    return [call for _, call, first in sorted(rows, key=lambda row: row[0]) if first is not None]


def first_tokens(log: Path) -> list[float]:
    """Receipt to first token of every answered request, seconds, in the order of receipt."""
    records = (record for record in _RECORD.iter_unpack(log.read_bytes()) if record[_T_FIRST] > 0)
    ordered = sorted(records, key=lambda record: record[_T_RECEIVED])
    return [(record[_T_FIRST] - record[_T_RECEIVED]) / 1e9 for record in ordered]


def _await(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    for text in run():
        print(text, flush=True)
