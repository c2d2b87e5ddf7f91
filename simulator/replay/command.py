"""How to start a replay: an argument list for a subprocess. Needs no Locust here: it patches whoever imports it."""

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
    return argv + (["--processes", str(processes)] if processes > 1 else [])
