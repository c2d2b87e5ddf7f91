"""Tenfold under plain Locust: web UI, `--processes`, `--master/--worker`, `-t`, `--csv`, `--html` work as ever.

    locust -f scenarios/locustfile.py --scenario scenarios/support-chat.yaml --scale 2 --headless

The flags of `tenfold run` mean the same here; `--host` is its `--target`, `-t` its `--duration`, and `--closed-loop N`
takes the place of Locust's `-u N`. Without `--host` the scenario's own target is used, or its embedded endpoint is
started. Every test leaves a results directory with its report; the verdict of the last one is the exit code.
"""

import logging
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from locust import events

from simulator.cli import locust_flags
from simulator.cli.progress import line
from simulator.errors import ExitCode
from simulator.launch.job import Job, kept_once_rows_are_there
from simulator.launch.options import Options
from simulator.replay.hooks import ReplayShape, ReplayUser, install
from simulator.replay.plan import ReplayPlan
from simulator.run.directory import RunDirectory

__all__ = ["ReplayShape", "ReplayUser"]

logger = logging.getLogger("tenfold")
_TENFOLD = [sys.executable, "-c", "from simulator.cli import main; main()"]
_SCENARIO_S_OWN = "scenario"
"""What the web UI shows as host where the target is the scenario's business."""
_endpoints = ExitStack()
"""Embedded endpoints that this process started; they end with it."""

ReplayUser.host = _SCENARIO_S_OWN


def _arguments(parser: Any, **_: Any) -> None:
    parser.add_argument("--scenario", default="scenarios/support-chat.yaml", help="Scenario file.")
    locust_flags.add_flags(parser)


def _options(given: Any) -> Options:
    """Raises `BadInput` for a value that cannot be read."""
    if given.run_time:  # the span is planned with it; what is open then may still be answered
        given.duration, given.run_time = f"{given.run_time}s", None
    words = [given.scenario, *locust_flags.words_of(vars(given))]
    words += [f"--target={given.host}"] if given.host not in (None, "", _SCENARIO_S_OWN) else []
    # What was typed; from a web UI's form, what a terminal would be told.
    command = ("locust", *sys.argv[1:]) if given.headless else ("tenfold", "run", *words)
    return locust_flags.options(words, command=command)


def _plan(given: Any) -> ReplayPlan:
    job = Job.prepare(_options(given), tell=_tell)
    with kept_once_rows_are_there(job.directory):
        base_url = _endpoints.enter_context(job.endpoint())
        plan = job.tried_plan(base_url, tell=_tell)
        job.begin()
        logger.info("rows go to %s", job.directory.path)
        return plan


def _tell(event: dict[str, Any]) -> None:
    text = line(event)
    if text is not None:
        logger.info("%s", text)


def _conclude(plan: ReplayPlan, code: int) -> int:
    """Turn evidence into a finished run, in a process of its own; its verdict is the exit code."""
    _endpoints.close()
    if code not in (ExitCode.PASS, ExitCode.GUARD, ExitCode.NOT_VALID, ExitCode.INTERRUPTED):
        return code
    # Its own session: Ctrl-C ends the test, or the web UI, and not the report of what was recorded.
    argv = [*_TENFOLD, "report", str(plan.run_dir)]
    verdict = subprocess.run(argv, check=False, start_new_session=True).returncode
    directory = RunDirectory.open(plan.run_dir.with_suffix(""))
    logger.info("report: %s/report.html (its exit code is %d)", directory.path, verdict)
    return verdict


_parsers: Any = events.init_command_line_parser
_parsers.add_listener(_arguments)
install(_plan, conclude=_conclude, tell=_tell)
