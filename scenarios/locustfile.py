"""Tenfold under plain Locust: web UI, `--processes`, `--master/--worker`, `-t`, `--csv`, `--html` work as ever.

    locust -f scenarios/locustfile.py --scenario scenarios/support-chat.yaml --scale 2 --headless

Without `--host` the scenario's own target is used, or its embedded endpoint is started. Rows go into a results
directory; a headless run is finished like `tenfold run` and exits with its verdict, from the web UI
`tenfold report DIR` finishes it.
"""

import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from locust import events

from simulator.endpoint import embedded
from simulator.errors import BadInput, ExitCode
from simulator.launch.inputs import Inputs, keep
from simulator.launch.options import DURATION_S, Options
from simulator.launch.target import check_key, check_listening, is_loopback, shown
from simulator.replay.hooks import ReplayShape, ReplayUser, install
from simulator.replay.plan import Guards, ReplayPlan, Rung, Target, Timeouts
from simulator.run.directory import RunDirectory
from simulator.run.record import RunRecord, hashes, redacted, versions
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
    options = _options(given)
    inputs = Inputs.read(options)
    url = options.target or inputs.scenario.target.url
    if url is not None:
        _check(url, inputs, options)
    directory = RunDirectory.create(options.results, inputs.scenario.name, seed=inputs.seed, out=options.out)
    keep(inputs, directory)
    inputs.trace.write(directory.path / "trace.parquet")
    directory.write_record(_record(directory, inputs, options, url))
    return _replay_plan(directory.path, inputs, options, url)


def _check(url: str, inputs: Inputs, options: Options) -> None:
    if not is_loopback(url):
        if options.max_spend is None:
            raise BadInput(f"{shown(url)} is beyond loopback: say how much may be spent, as in --max-spend 5")
        check_key(inputs.scenario.target)
    check_listening(url)


def _replay_plan(run_dir: Path, inputs: Inputs, options: Options, url: str | None) -> ReplayPlan:
    target = inputs.scenario.target
    times, spend = target.timeouts, options.max_spend
    if url is None:
        assert inputs.profile_path is not None
        base_url = _endpoints.enter_context(embedded(inputs.profile_path, seed=inputs.seed))
    return ReplayPlan(
        run_dir=run_dir,
        trace=run_dir / "trace.parquet",
        trace_digest=inputs.trace.digest(),
        seed=inputs.seed,
        rungs=[Rung(scale=scale, strategy=name, replicate=again) for scale, name, again in inputs.rungs(options)],
        strategies={name: inputs.scenario.strategies[name] for name in inputs.strategies},
        target=Target(
            base_url=url or base_url,
            api=target.api,
            key_env=target.key_env if url and not is_loopback(url) else None,
            models=target.models if url else {},
            timeouts=Timeouts(connect_s=times.connect, first_token_s=times.first_token, total_s=times.total),
        ),
        duration_s=inputs.trace.span_s,
        cooldown_s=options.cooldown_s if url else 0.0,
        guards=Guards(
            max_spend_usd=None if spend is None else format(spend, "f"),
            usd_per_million={} if spend is None else inputs.usd_per_million(),
            max_error_rate=options.max_error_rate,
        ),
    )


def _record(directory: RunDirectory, inputs: Inputs, options: Options, url: str | None) -> RunRecord:
    """run.json before the first request; `tenfold report` completes it from the evidence."""
    kept = [f"inputs/{file.name}" for file in (directory.path / "inputs").iterdir()]
    return RunRecord(
        id=directory.id,
        scenario=inputs.scenario.name,
        description=inputs.scenario.description,
        status="running",
        verdict="INCOMPLETE",
        reasons=["the run has not ended"],
        command=redacted(options.command, here=Path.cwd()),
        seed=inputs.seed,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=0.0,
        target=shown(url) if url else "embedded staging endpoint",
        simulated=url is None,
        multiply=inputs.multiply_text(options),
        trace=inputs.trace_text(options),
        versions=versions(),
        rungs=[],
        inputs=hashes(directory.path, kept),
    )


def _conclude(plan: ReplayPlan, code: int) -> int:
    """Turn evidence into a finished run, in a process of its own; its verdict is the exit code."""
    _endpoints.close()
    if code not in (ExitCode.PASS, ExitCode.GUARD, ExitCode.NOT_VALID, ExitCode.INTERRUPTED):
        return code
    return subprocess.run([*_TENFOLD, "report", str(plan.run_dir)], check=False).returncode


_parsers: Any = events.init_command_line_parser
_parsers.add_listener(_arguments)
install(_plan, conclude=_conclude)
