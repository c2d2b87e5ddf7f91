"""The embedded staging endpoint as a subprocess: started, awaited, and ended with whoever started it."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.errors import Precondition

_READY_WITHIN_S = 30.0


def cores() -> tuple[int | None, int | None]:
    """Which core the endpoint and which the generator gets: apart on 2 or more, wherever the system can pin."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    usable = sorted(os.sched_getaffinity(0))
    return (usable[-1], usable[0]) if len(usable) >= 2 else (None, None)


@contextmanager
def embedded(profile: Path, *, seed: int, cpu: int | None = None, log: Path | None = None) -> Iterator[str]:
    """Serve a provider profile on loopback while the block runs; gives its URL, as in `http://127.0.0.1:8123`.

    `log` gets what really happened, one JSON line per request, once the block has ended.

    Raises `Precondition` where the endpoint does not come up, with its own words.
    """
    # -P: a file of the user's folder, as trace.py or html.py, must not be imported in place of a library.
    argv = [sys.executable, "-P", "-m", "simulator.staging", "--profile", str(profile), "--port", "0"]
    argv += ["--seed", str(seed), "--with-parent"]
    argv += ["--cpu", str(cpu)] if cpu is not None else []
    argv += ["--log", str(log)] if log is not None else []
    # Its own session: Ctrl-C must reach the run first, which still needs the endpoint to drain.
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield _ready(process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def _ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    readable, _, _ = select.select([process.stdout], [], [], _READY_WITHIN_S)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        said = process.stderr.read().strip().splitlines()
        why = said[-1].removeprefix("tenfold: ") if said else f"nothing heard within {_READY_WITHIN_S:g} s"
        raise Precondition(f"the staging endpoint did not start: {why}")
    return str(json.loads(line)["url"])
