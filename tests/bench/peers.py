"""Replay beside other load generators, on the same truth server, one after another, a core for each side.

Needs `TENFOLD_TRUTH_SERVER`. For every generator: the highest of the rates that it held with a first token error p99 of
10 ms or less, and what a request cost it there. A peer is one function; `TENFOLD_AIPERF` names the executable of an
aiperf that is installed in an environment of its own (a gigabyte), and it takes part too.
"""

import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from simulator.endpoint import cores
from simulator.errors import Precondition
from simulator.replay.selfcheck import ERROR_LIMIT_S, SENT_LIMIT, Server, percentile, replayed_step, step
from tests.bench.replay import MODEL, first_tokens, truth, truth_server

RATES = (100.0, 300.0, 600.0, 1000.0, 1500.0)
SECONDS = 5.0
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_HEAD = "{:<20} {:>6} {:>8} {:>10} {:>10} {:>9} {:>5}"


@dataclass(frozen=True)
class Result:
    """One generator at one rate; errors in seconds, CPU with its start-up."""

    peer: str
    rate: float
    sent_share: float
    error_p50_s: float | None
    error_p99_s: float | None
    cpu_s_per_request: float
    memory_mb: float

    @property
    def held(self) -> bool:
        return self.error_p99_s is not None and self.error_p99_s <= ERROR_LIMIT_S and self.sent_share >= SENT_LIMIT


Peer = Callable[[Path, float, Path], Result]
"""Truth server's binary, rate, scratch directory."""


def run() -> Iterator[str]:
    """A line per generator and rate, then the highest rate that it held."""
    binary = os.environ.get("TENFOLD_TRUTH_SERVER")
    if not binary:
        raise Precondition("name the truth server's binary in TENFOLD_TRUTH_SERVER: peers are compared on it alone")
    yield _HEAD.format("generator", "rate", "sent", "error p50", "p99", "CPU/req", "MB")
    for name, peer in PEERS.items():
        held = []
        for result in _rising(peer, Path(binary)):
            yield _line(result)
            held += [result.rate] if result.held else []
        yield f"{name}: held {held[-1]:g}/s" if held else f"{name}: held none of the rates"


def _rising(peer: Peer, binary: Path) -> Iterator[Result]:
    """Rate after rate until one is not held."""
    for rate in RATES:
        with tempfile.TemporaryDirectory(prefix="tenfold-peers-") as scratch:
            result = peer(binary, rate, Path(scratch))
        yield result
        if not result.held:
            return


def tenfold(binary: Path, rate: float, scratch: Path) -> Result:
    server_cpu, client_cpu = cores()
    log = scratch / "truth.bin"
    with truth_server(binary, log, cpu=server_cpu) as url:
        calls, rung = replayed_step(Server(url, MODEL, client_cpu), scratch, rate=rate, seconds=SECONDS)
    found = step(calls, rung, truth(log, calls), rate=rate)
    share, cpu = found.sent / found.planned, found.cpu_s_per_request or 0.0
    return Result("tenfold", rate, share, found.error_p50_s, found.error_p99_s, cpu, found.memory_mb)


def fast_http_user(binary: Path, rate: float, scratch: Path) -> Result:
    """Locust's FastHttpUser, as `_fasthttp.py` uses it."""
    server_cpu, client_cpu = cores()
    log, out = scratch / "truth.bin", scratch / "peer.json"
    locustfile = Path(__file__).with_name("_fasthttp.py")
    with truth_server(binary, log, cpu=server_cpu) as url:
        settings = {"PEER_RATE": str(rate), "PEER_SECONDS": str(SECONDS), "PEER_OUT": str(out), "PEER_MODEL": MODEL}
        process = subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "-u", "1", "--host", url],
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if client_cpu is not None:
            os.sched_setaffinity(process.pid, {client_cpu})
        _, said = process.communicate(timeout=120)
    if not out.is_file():
        raise Precondition(f"FastHttpUser ended without figures: {said.strip().splitlines()[-1]}")
    return _peer_result("locust FastHttpUser", rate, json.loads(out.read_text(encoding="utf-8")), first_tokens(log))


def aiperf(binary: Path, rate: float, scratch: Path) -> Result:
    """NVIDIA aiperf at a Poisson rate; `TENFOLD_AIPERF` names its executable, in an environment of its own."""
    server_cpu, client_cpu = cores()
    log = scratch / "truth.bin"
    (scratch / "in.jsonl").write_text('{"text": "hello"}\n', encoding="utf-8")
    _vocabulary(scratch)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with truth_server(binary, log, cpu=server_cpu) as url:
        argv = [os.environ["TENFOLD_AIPERF"], "profile", "--model", MODEL, "--url", url, "--endpoint-type", "chat"]
        argv += ["--streaming", "--request-rate", str(rate), "--request-count", str(round(rate * SECONDS))]
        argv += ["--input-file", "in.jsonl", "--custom-dataset-type", "single_turn", "--tokenizer", "builtin"]
        argv += ["--use-server-token-count", "--output-artifact-dir", "out", "--ui", "none"]
        offline = {"TIKTOKEN_CACHE_DIR": str(scratch), "HF_HUB_OFFLINE": "1"}
        with (scratch / "aiperf.log").open("w", encoding="utf-8") as said:
            process = subprocess.Popen(argv, cwd=scratch, env=os.environ | offline, stdout=said, stderr=said)
            if client_cpu is not None:
                os.sched_setaffinity(process.pid, {client_cpu})
            process.wait(timeout=180)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows = [_aiperf_row(json.loads(line)) for line in (scratch / "out/profile_export.jsonl").open(encoding="utf-8")]
    facts = {"cpu_s": cpu, "memory_mb": after.ru_maxrss / 1024, "rows": rows}
    return _peer_result("aiperf", rate, facts, first_tokens(log))


def _aiperf_row(record: dict[str, dict[str, Any]]) -> dict[str, float]:
    sent = record["metadata"]["request_start_ns"] / 1e9
    return {"sent": sent, "first": sent + record["metrics"]["time_to_first_token"]["value"] / 1e3}


def _vocabulary(cache: Path) -> None:
    """tiktoken finds a file by the hash of where it would download it; ours is the same file."""
    packed = (files("simulator.tokens") / "encodings" / "o200k_base.tiktoken.gz").read_bytes()
    name = hashlib.sha1(VOCABULARY_URL.encode(), usedforsecurity=False).hexdigest()
    (cache / name).write_bytes(gzip.decompress(packed))


def _peer_result(peer: str, rate: float, facts: dict[str, object], truths: list[float]) -> Result:
    """`rows` of sent and first token against the truths, both in the order of sending."""
    rows: list[dict[str, float]] = facts["rows"]  # type: ignore[assignment]
    ordered = sorted(rows, key=lambda row: row["sent"])
    errors = [row["first"] - row["sent"] - wait for row, wait in zip(ordered, truths, strict=False)]
    return Result(
        peer,
        rate,
        _in_time(ordered) / max(1, round(rate * SECONDS)),
        percentile(errors, 0.5),
        percentile(errors, 0.99),
        float(str(facts["cpu_s"])) / max(1, len(rows)),
        float(str(facts["memory_mb"])),
    )


def _in_time(ordered: list[dict[str, float]]) -> int:
    """Requests sent within the planned span and a twentieth of it; a generator that falls behind sends later."""
    return sum(row["sent"] - ordered[0]["sent"] <= 1.05 * SECONDS for row in ordered)


def _line(result: Result) -> str:
    errors = [
        f"{1000 * value:.2f} ms" if value is not None else "–" for value in (result.error_p50_s, result.error_p99_s)
    ]
    share, cpu = f"{100 * result.sent_share:.1f} %", f"{1000 * result.cpu_s_per_request:.2f} ms"
    return _HEAD.format(result.peer, f"{result.rate:g}", share, *errors, cpu, f"{result.memory_mb:.0f}")


PEERS: dict[str, Peer] = {"tenfold": tenfold, "locust FastHttpUser": fast_http_user}
if "TENFOLD_AIPERF" in os.environ:
    PEERS["aiperf"] = aiperf

if __name__ == "__main__":
    for text in run():
        print(text, flush=True)
