"""The main job: inputs kept, traffic planned, endpoint and Locust started, rows put down, figures drawn from them."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.derive import derive
from simulator.endpoint import cores, embedded
from simulator.errors import BadInput, ExitCode
from simulator.launch.forecast import Forecast, forecast
from simulator.launch.inputs import Inputs, keep
from simulator.launch.options import Options
from simulator.launch.replaying import Tell, replay
from simulator.launch.target import check_key, check_listening, is_loopback, shown
from simulator.pricing.book import PriceBook
from simulator.replay import evidence
from simulator.replay.plan import Guards, ReplayPlan, Rung, Target, Timeouts
from simulator.reports.write import write_reports
from simulator.run.directory import RunDirectory, writing
from simulator.run.ledger import Ledger
from simulator.run.record import GeneratorHealth, RungRecord, RunRecord, Status, hashes, redacted, versions
from simulator.summary import Summary

TRACE_FILE = "trace.parquet"
_EMBEDDED = "embedded staging endpoint"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has its reports: where they are, what they say, and the code it would exit with."""

    path: Path
    summary: Summary
    exit_code: ExitCode


def launch(options: Options, *, tell: Tell) -> Finished:
    """Run a scenario and write its results directory.

    Raises `BadInput` (2), `Precondition` (3) before anything is sent; whatever happens later ends in a written report.
    """
    inputs = Inputs.read(options)
    directory = RunDirectory.create(options.results, inputs.scenario.name, seed=inputs.seed, out=options.out)
    try:
        return _in(directory, inputs, options, tell)
    except BaseException:
        if not (directory.path / "calls.arrows").exists():
            shutil.rmtree(directory.path, ignore_errors=True)
        raise


def _in(directory: RunDirectory, inputs: Inputs, options: Options, tell: Tell) -> Finished:
    tell({"event": "planned", "text": inputs.planned_text()})
    with writing(directory.path):
        keep(inputs, directory)
        inputs.trace.write(directory.path / TRACE_FILE)
    ahead = forecast(inputs, options.scales, meaning=options.meaning, repeat=options.repeat)
    url = options.target or inputs.scenario.target.url
    _check_target(url, inputs, options, ahead, tell)
    started, clock = datetime.now(UTC), time.monotonic()
    endpoint_cpu, generator_cpu = cores() if url is None else (None, None)
    with _endpoint(url, inputs, endpoint_cpu) as base_url:
        plan = _plan(directory, inputs, options, base_url, embedded_one=url is None)
        directory.write_record(_record(directory, inputs, options, url=url, started=started))
        status = replay(plan, processes=options.processes, cpu=generator_cpu, tell=tell)
    record = _record(directory, inputs, options, url=url, started=started).model_copy(
        update={"status": status, "duration_s": round(time.monotonic() - clock, 3)}
    )
    tell({"event": "reporting"})
    return conclude(directory, record)


def conclude(directory: RunDirectory, record: RunRecord) -> Finished:
    """Turn what a driver recorded into parquet, figures and reports; rename the directory when the run is whole."""
    path = directory.path
    with writing(path):
        Ledger.recorded(path).write(path)
        rungs = rung_records(path)
        directory.write_record(record.model_copy(update={"rungs": rungs}))
        summary = derive(path)
        outputs = write_reports(summary, path)
        for name in ("calls.arrows", "requests.arrows", "replay.json", "plan.json", "replay.log"):
            if record.status == "complete":
                (path / name).unlink(missing_ok=True)
        done = record.model_copy(
            update={
                "rungs": rungs,
                "verdict": summary.run.verdict,
                "reasons": summary.run.reasons,
                "outputs": _hashed(path, outputs),
            }
        )
        directory.write_record(done)
        if record.status == "complete":
            directory.commit()
    return Finished(directory.path, summary, ExitCode(summary.run.exit_code))


def finish(path: Path, *, prices: Path | None = None, at: datetime | None = None) -> Finished:
    """Write a run's reports anew, at its own prices or others; first put down what a stopped driver left behind."""
    directory = RunDirectory.open(path)
    record = directory.read_record()
    if record.status == "running":
        return conclude(directory, record.model_copy(update={"status": _driver_status(directory.path)}))
    summary = derive(directory.path, book=PriceBook.load(prices) if prices else None, at=at)
    with writing(directory.path):
        outputs = write_reports(summary, directory.path)
        directory.write_record(record.model_copy(update={"outputs": _hashed(directory.path, outputs)}))
    return Finished(directory.path, summary, ExitCode(summary.run.exit_code))


def _hashed(path: Path, derived: list[str]) -> dict[str, str]:
    return hashes(path, [TRACE_FILE, "calls.parquet", "requests.parquet", *derived])


def _driver_status(path: Path) -> Status:
    """How the replay ended by its own last word, where nobody was left to hear it."""
    _, _, facts = evidence.read(path)
    said = facts["status"]
    return said if said in ("complete", "interrupted", "stopped") else "failed"


def rung_records(path: Path) -> list[RungRecord]:
    """What the driver wrote of itself, rung by rung."""
    _, _, facts = evidence.read(path)
    return [_rung_record(rung) for rung in facts["rungs"]]


def _rung_record(facts: dict[str, Any]) -> RungRecord:
    """What run.json keeps of it: counts and lags are drawn from the rows, where they can be checked."""
    health = {name: value for name, value in facts["health"].items() if name in GeneratorHealth.model_fields}
    known = {name: value for name, value in facts.items() if name in RungRecord.model_fields}
    return RungRecord.model_validate(known | {"health": health})


def _check_target(url: str | None, inputs: Inputs, options: Options, ahead: Forecast, tell: Tell) -> None:
    """Beyond loopback a run says what it will cost and needs a limit, a key and somebody who listens."""
    if url is None:
        return
    ahead.refuse_beyond(options.max_spend)
    if not is_loopback(url):
        tell({"event": "forecast", "text": f"this test sends to {shown(url)} and will cost about {ahead.text()}"})
        if options.max_spend is None:
            raise BadInput(
                f"{shown(url)} is beyond loopback: say how much may be spent, as in --max-spend {ahead.limit()}"
            )
        check_key(inputs.scenario.target)
    check_listening(url)


@contextmanager
def _endpoint(url: str | None, inputs: Inputs, cpu: int | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    assert inputs.profile_path is not None
    with embedded(inputs.profile_path, seed=inputs.seed, cpu=cpu) as base_url:
        yield base_url


def _plan(
    directory: RunDirectory, inputs: Inputs, options: Options, base_url: str, *, embedded_one: bool
) -> ReplayPlan:
    target = inputs.scenario.target
    times = target.timeouts
    return ReplayPlan(
        run_dir=directory.path,
        trace=directory.path / TRACE_FILE,
        trace_digest=inputs.trace.digest(),
        meaning=options.meaning,
        seed=inputs.seed,
        rungs=[Rung(scale=scale, strategy=name, replicate=again) for scale, name, again in inputs.rungs(options)],
        strategies={name: inputs.scenario.strategies[name] for name in inputs.strategies},
        target=Target(
            base_url=base_url,
            api=target.api,
            key_env=None if embedded_one else target.key_env,
            models={} if embedded_one else target.models,
            timeouts=Timeouts(connect_s=times.connect, first_token_s=times.first_token, total_s=times.total),
        ),
        duration_s=inputs.trace.span_s,
        cooldown_s=0.0 if embedded_one else options.cooldown_s,
        guards=_guards(inputs, options),
    )


def _guards(inputs: Inputs, options: Options) -> Guards:
    spend: Decimal | None = options.max_spend
    return Guards(
        max_spend_usd=None if spend is None else format(spend, "f"),
        usd_per_million={} if spend is None else inputs.usd_per_million(),
        max_error_rate=options.max_error_rate,
    )


def _record(
    directory: RunDirectory, inputs: Inputs, options: Options, *, url: str | None, started: datetime
) -> RunRecord:
    """run.json as it stands before the first request: whoever finds it after a crash knows what this was."""
    status: Status = "running"
    return RunRecord(
        id=directory.id,
        scenario=inputs.scenario.name,
        description=inputs.scenario.description,
        status=status,
        verdict="INCOMPLETE",
        reasons=["the run has not ended"],
        command=redacted(options.command, here=Path.cwd()),
        seed=inputs.seed,
        started_at=started.isoformat(timespec="seconds"),
        duration_s=0.0,
        target=_EMBEDDED if url is None else shown(url),
        simulated=url is None,
        multiply=inputs.multiply_text(options),
        trace=inputs.trace_text(options),
        versions=versions(),
        rungs=[],
        inputs=hashes(directory.path, [f"inputs/{file.name}" for file in (directory.path / "inputs").iterdir()]),
    )
