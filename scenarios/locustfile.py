"""Tenfold under plain Locust: web UI, `--processes`, `--master/--worker`, `-t`, `--csv`, `--html` work as ever.

    locust -f scenarios/locustfile.py --scenario scenarios/support-chat.yaml --scale 2 --headless

Without `--host` the scenario's own target is used, or its embedded endpoint is started. Rows go into a results
directory; a headless run is finished like `tenfold run` and exits with its verdict, from the web UI
`tenfold report DIR` finishes it.
"""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from locust import events

from simulator.errors import BadInput, ExitCode
from simulator.launch.job import Job, kept_once_rows_are_there
from simulator.launch.options import DURATION_S, Options
from simulator.replay.hooks import ReplayShape, ReplayUser, install
from simulator.replay.plan import ReplayPlan
from simulator.units import parse_duration, parse_scale, parse_share, parse_usd, seconds_text

__all__ = ["ReplayShape", "ReplayUser"]

_TENFOLD = [sys.executable, "-c", "from simulator.cli import main; main()"]
_endpoints = ExitStack()
"""Embedded endpoints that this process started; they end with it."""


def _arguments(parser: Any, **_: Any) -> None:
    parser.add_argument("--scenario", default="scenarios/support-chat.yaml", help="scenario file")
    parser.add_argument("--scale", default="1", help="how many times the traffic, as in 2 or 1,2,10: one rung each")
    parser.add_argument("--strategy", default="", help="strategies by name, with commas between; all where empty")
    parser.add_argument("--duration", default=seconds_text(DURATION_S), help="planned span of a rung; -t sets it too")
    parser.add_argument("--target", default="", help="base URL of the target, like --host")
    parser.add_argument("--max-spend", default="", help="US dollars to stop at; needed beyond loopback")
    parser.add_argument("--max-error-rate", default="", help="share of unanswered requests to stop at, as in 20%%")
    parser.add_argument("--out", default="", include_in_web_ui=False, help="the results directory itself")


def _options(given: Any) -> Options:
    """Raises `BadInput` for a value that cannot be read."""
    try:
        duration = float(given.run_time) if given.run_time else parse_duration(given.duration.replace(" ", ""))
        given.run_time = None  # the span is planned with it; what is open then may still be answered
        return Options(
            scenario=Path(given.scenario),
            command=tuple(sys.argv),
            scales=tuple(parse_scale(scale) for scale in given.scale.split(",")),
            strategies=tuple(filter(None, given.strategy.split(","))),
            duration_s=duration,
            target=given.target or given.host or None,
            out=Path(given.out) if given.out else None,
            max_spend=parse_usd(given.max_spend) if given.max_spend else None,
            max_error_rate=parse_share(given.max_error_rate) if given.max_error_rate else None,
        )
    except ValueError as error:
        raise BadInput(str(error)) from None


def _plan(given: Any) -> ReplayPlan:
    _endpoints.close()  # of the run before, where the web UI starts another
    job = Job.prepare(_options(given), tell=_say)
    with kept_once_rows_are_there(job.directory):
        base_url = _endpoints.enter_context(job.endpoint())
        job.begin()
        return job.plan(base_url)


def _say(event: dict[str, Any]) -> None:
    if "text" in event:
        print(event["text"], file=sys.stderr)


def _conclude(plan: ReplayPlan, code: int) -> int:
    """Turn evidence into a finished run, in a process of its own; its verdict is the exit code."""
    _endpoints.close()
    if code not in (ExitCode.PASS, ExitCode.GUARD, ExitCode.NOT_VALID, ExitCode.INTERRUPTED):
        return code
    return subprocess.run([*_TENFOLD, "report", str(plan.run_dir)], check=False).returncode


_parsers: Any = events.init_command_line_parser
_parsers.add_listener(_arguments)
install(_plan, conclude=_conclude)
