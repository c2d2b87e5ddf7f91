"""The same streams over TLS and over plain TCP, from a server that knows its times either way: what encryption costs.

Needs the `openssl` command for a certificate. The server is Python on a core of its own (`_streams.py`).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.endpoint import cores
from simulator.replay.selfcheck import Server, Step, replayed_step, step
from tests.bench.replay import HEAD, answered, line

RATES = (100.0, 500.0, 1000.0, 1500.0)
SECONDS = 4.0
MODEL = "streams"
_MAKE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=bench"
_MAKE += " -addext subjectAltName=IP:127.0.0.1"


def run() -> Iterator[str]:
    """A line per rate and wire."""
    if shutil.which("openssl") is None:
        yield "skipped: makes its certificate with the openssl command, which is not here"
        return
    yield f"      {HEAD}"
    for rate in RATES:
        for secure in (False, True):
            yield f"{'tls' if secure else 'tcp':<5} {line(measured(rate, secure=secure))}"
    yield "aim: with TLS a third of the plain rate, so 500/s a core"


def measured(rate: float, *, secure: bool) -> Step:
    """One rate, with a fresh server."""
    server_cpu, client_cpu = cores()
    with tempfile.TemporaryDirectory(prefix="tenfold-tls-") as scratch:
        where, log = Path(scratch), Path(scratch, "truth.json")
        with streaming(where, log, cpu=server_cpu, secure=secure) as url:
            calls, rung = replayed_step(Server(url, MODEL, client_cpu), where, rate=rate, seconds=SECONDS)
        waits = json.loads(log.read_text(encoding="utf-8"))
        return step(calls, rung, dict(zip(answered(calls), waits, strict=False)), rate=rate)


@contextmanager
def streaming(where: Path, log: Path, *, cpu: int | None, secure: bool) -> Iterator[str]:
    """The server while the block runs, and its certificate among those that clients trust."""
    argv = [sys.executable, "-m", "tests.bench._streams", str(log)]
    if secure:
        certificate, key = str(where / "cert.pem"), str(where / "key.pem")
        subprocess.run(
            ["openssl", *_MAKE.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
        )
        argv += [certificate, key]
        os.environ["SSL_CERT_FILE"] = certificate  # what the replay's own process reads
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    if cpu is not None:
        os.sched_setaffinity(process.pid, {cpu})
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"{'https' if secure else 'http'}://127.0.0.1:{port}"
    finally:
        os.environ.pop("SSL_CERT_FILE", None)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


if __name__ == "__main__":
    for text in run():
        print(text, flush=True)
