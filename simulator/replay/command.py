"""How to start a replay: an argument list for a subprocess. Needs no Locust here: it patches whoever imports it."""

import socket
import sys
from pathlib import Path


def command(plan_path: Path, *, processes: int = 1) -> list[str]:
    """Run the plan with stock Locust; `processes` > 1 forks that many workers under one master.

    The process writes its evidence into the plan's `run_dir` (see `evidence.read`), one JSON line per second and rung
    event on stdout, and ends with 0 (complete), 4 (a guard stopped it), 5 (a worker was lost), 130 (interrupted) or
    another code for what kept it from starting, said in one line on stderr.
    """
    locustfile = Path(__file__).with_name("locustfile.py")
    argv = [
        sys.executable,
        "-P",  # the user's folder holds data: its html.py must not be imported in place of the library's
        "-m",
        "locust",
        "-f",
        str(locustfile),
        "--headless",
        "--only-summary",
        "--loglevel",
        "WARNING",
    ]
    argv += ["--replay-plan", str(plan_path)]
    return argv + (_forked(processes) if processes > 1 else [])


def _forked(processes: int) -> list[str]:
    """Master and workers meet on a port of their own, on this machine only: Locust's default would collide with any
    other run here, and listens to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    meeting = ["--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port]
    return ["--processes", str(processes), *meeting]
