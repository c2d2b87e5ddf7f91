"""The load generators that `peers.py` compares: each is one function that replays a rate against the truth server."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from simulator.endpoint import cores
from simulator.errors import Precondition
from simulator.replay.selfcheck import ERROR_LIMIT_S, SENT_LIMIT, Server, percentile, replayed_step, step
from tests.bench.replay import MODEL, first_tokens, truth, truth_server

SECONDS = 5.0
_PATIENCE_S = 120.0
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"


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


Generator = Callable[[Path, float, Path], Result]
"""Truth server's binary, rate, scratch directory."""


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
    log, out = scratch / "truth.bin", scratch / "peer.json"
    locustfile = Path(__file__).with_name("_fasthttp.py")
    settings = {"PEER_RATE": str(rate), "PEER_SECONDS": str(SECONDS), "PEER_OUT": str(out), "PEER_MODEL": MODEL}
    argv = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "-u", "1", "--host"]
    with truth_server(binary, log, cpu=cores()[0]) as url:
        used = _ran([*argv, url], scratch, environment=settings, here=Path.cwd())
    rows = json.loads(_left(out, scratch).read_text(encoding="utf-8"))
    return _result("locust FastHttpUser", rate, rows, first_tokens(log), used)


def aiperf(binary: Path, rate: float, scratch: Path) -> Result:
    """NVIDIA aiperf at a Poisson rate; `TENFOLD_AIPERF` names its executable, in an environment of its own."""
    log = scratch / "truth.bin"
    (scratch / "in.jsonl").write_text('{"text": "hello"}\n', encoding="utf-8")
    _vocabulary(scratch)
    argv = [os.environ["TENFOLD_AIPERF"], "profile", "--model", MODEL, "--endpoint-type", "chat"]
    argv += ["--streaming", "--request-rate", str(rate), "--request-count", str(round(rate * SECONDS))]
    argv += ["--input-file", "in.jsonl", "--custom-dataset-type", "single_turn", "--tokenizer", "builtin"]
    argv += ["--use-server-token-count", "--output-artifact-dir", "out", "--ui", "none", "--url"]
    offline = {"TIKTOKEN_CACHE_DIR": str(scratch), "HF_HUB_OFFLINE": "1"}
    with truth_server(binary, log, cpu=cores()[0]) as url:
        used = _ran([*argv, url], scratch, environment=offline, here=scratch)
    with _left(scratch / "out/profile_export.jsonl", scratch).open(encoding="utf-8") as lines:
        rows = [_aiperf_row(json.loads(line)) for line in lines]
    return _result("aiperf", rate, rows, first_tokens(log), used)


def _aiperf_row(record: dict[str, dict[str, Any]]) -> dict[str, float]:
    sent = record["metadata"]["request_start_ns"] / 1e9
    return {"sent": sent, "first": sent + record["metrics"]["time_to_first_token"]["value"] / 1e3}


def _vocabulary(cache: Path) -> None:
    """tiktoken finds a file by the hash of where it would download it; ours is the same file."""
    packed = (files("simulator.tokens") / "encodings" / "o200k_base.tiktoken.gz").read_bytes()
    name = hashlib.sha1(VOCABULARY_URL.encode(), usedforsecurity=False).hexdigest()
    (cache / name).write_bytes(gzip.decompress(packed))


def guidellm(binary: Path, rate: float, scratch: Path) -> Result:
    """guidellm at a Poisson rate; `TENFOLD_GUIDELLM` names its executable, in an environment of its own."""
    log, out, count = scratch / "truth.bin", scratch / "out.json", round(rate * SECONDS)
    (scratch / "in.jsonl").write_text('{"prompt": "hello"}\n' * count, encoding="utf-8")
    argv = [os.environ["TENFOLD_GUIDELLM"], "run", "--profile", f"kind=poisson,rate={rate:g}"]
    argv += ["--constraint", f"kind=max_requests,count={count}", "--data", "kind=json_file,path=in.jsonl"]
    argv += ["--output", f"kind=json,path={out}", "--disable-console", "--backend"]
    offline = {"HF_HOME": str(scratch), "HF_HUB_OFFLINE": "1"}
    with truth_server(binary, log, cpu=cores()[0]) as url:
        backend = f"kind=openai_http,target={url},model={MODEL},http2=false,validate_backend=false"
        used = _ran([*argv, backend], scratch, environment=offline, here=scratch)
    benchmark = json.loads(_left(out, scratch).read_text(encoding="utf-8"))["benchmarks"][0]
    rows = [_guidellm_row(one["info"]["timings"]) for one in benchmark["requests"]["successful"]]
    return _result("guidellm", rate, rows, first_tokens(log), used)


def _guidellm_row(timings: dict[str, float]) -> dict[str, float]:
    return {"sent": timings["request_start"], "first": timings["first_token_iteration"]}


@dataclass(frozen=True)
class Used:
    """What a process and the children that it waited for took: CPU seconds of all, MB of the largest."""

    cpu_s: float
    memory_mb: float


def _ran(argv: list[str], scratch: Path, *, environment: dict[str, str], here: Path) -> Used:
    """Run to its end on the clients' core."""
    with (scratch / "said.log").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(argv, cwd=here, env=os.environ | environment, stdout=said, stderr=said)
    client_cpu = cores()[1]
    if client_cpu is not None:
        os.sched_setaffinity(process.pid, {client_cpu})
    giving_up = threading.Timer(_PATIENCE_S, process.kill)
    giving_up.start()
    _, status, usage = os.wait4(process.pid, 0)
    giving_up.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _left(path: Path, scratch: Path) -> Path:
    """What a generator was to leave behind. Raises `Precondition` with its last word where it did not."""
    if path.is_file():
        return path
    said = (scratch / "said.log").read_text(encoding="utf-8").strip().splitlines() or ["nothing"]
    raise Precondition(f"{path.name} was not written; the generator's last word: {said[-1]}")


def _result(peer: str, rate: float, rows: Iterable[dict[str, float]], truths: list[float], used: Used) -> Result:
    """Rows of sent and first token against the truths, both in the order of sending."""
    ordered = sorted(rows, key=lambda row: row["sent"])
    errors = [row["first"] - row["sent"] - wait for row, wait in zip(ordered, truths, strict=False)]
    return Result(
        peer,
        rate,
        _in_time(ordered) / max(1, round(rate * SECONDS)),
        percentile(errors, 0.5),
        percentile(errors, 0.99),
        used.cpu_s / max(1, len(ordered)),
        used.memory_mb,
    )


def _in_time(ordered: list[dict[str, float]]) -> int:
    """Requests sent within the planned span and a twentieth of it; a generator that falls behind sends later."""
    return sum(row["sent"] - ordered[0]["sent"] <= 1.05 * SECONDS for row in ordered)


GENERATORS: dict[str, Generator] = {
    "tenfold": tenfold,
    "locust FastHttpUser": fast_http_user,
    "aiperf": aiperf,
    "guidellm": guidellm,
}
INSTALLED_APART = {"aiperf": "TENFOLD_AIPERF", "guidellm": "TENFOLD_GUIDELLM"}
"""Which variable names the executable of a generator that is no dependency of ours: each is a gigabyte."""
