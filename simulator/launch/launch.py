"""The main job: inputs kept, traffic planned, endpoint and Locust started, rows put down, figures drawn from them."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.comparison.labels import Labels
from simulator.derive import derive
from simulator.endpoint import cores
from simulator.errors import ExitCode
from simulator.launch.job import Job, kept_once_rows_are_there
from simulator.launch.options import Options
from simulator.launch.replaying import LOG_FILE, PLAN_FILE, Tell, replay
from simulator.pricing.book import PriceBook
from simulator.replay import evidence
from simulator.reports.write import write_reports
from simulator.run.directory import RunDirectory, writing
from simulator.run.kept import LABELS, kept_labels
from simulator.run.ledger import Ledger
from simulator.run.record import GeneratorHealth, RungRecord, RunRecord, Status, hashes
from simulator.run.verification import EVIDENCE, Verification
from simulator.run.verification import verify as verified
from simulator.summary import Summary


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
    job = Job.prepare(options, tell=tell)
    with kept_once_rows_are_there(job.directory):
        return conclude(job.directory, _replayed(job, tell))


def _replayed(job: Job, tell: Tell) -> RunRecord:
    """Send what was planned; the record of how that ended."""
    clock = time.monotonic()
    endpoint_cpu, generator_cpu = cores() if job.url is None else (None, None)
    with job.endpoint(cpu=endpoint_cpu) as base_url:
        plan = job.tried_plan(base_url, tell=tell)
        started = job.begin()
        status = replay(plan, processes=job.options.processes, cpu=generator_cpu, tell=tell)
    tell({"event": "reporting"})
    took = round(time.monotonic() - clock, 3)
    return job.record(started).model_copy(update={"status": status, "duration_s": took})


def conclude(directory: RunDirectory, record: RunRecord) -> Finished:
    """Turn what a driver recorded into parquet, figures and reports; rename the directory when the run is whole."""
    path = directory.path
    with writing(path):
        Ledger.recorded(path).write(path)
        rungs, ended_by = _said(path)
        # Only an endpoint of ours tells its lag: `tenfold staging` under a URL is as simulated as the embedded one.
        simulated = record.simulated or any(rung.health.endpoint_lag_p99_s is not None for rung in rungs)
        record = record.model_copy(update={"rungs": rungs, "ended_by": ended_by, "simulated": simulated})
        directory.write_record(record)
        summary = derive(path)
        outputs = write_reports(summary, path)
        for name in (*evidence.FILES, PLAN_FILE, LOG_FILE):
            if record.status == "complete":
                (path / name).unlink(missing_ok=True)
        done = record.model_copy(
            update={
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
    """Write a run's reports anew; first put down what a stopped driver left behind.

    At other prices or another date nothing is written: the run's own files keep what it cost.
    """
    directory = RunDirectory.open(path)
    record = directory.read_record()
    if record.status == "running":
        done = conclude(directory, record.model_copy(update={"status": _driver_status(directory.path)}))
        return finish(done.path, prices=prices, at=at) if prices or at else done
    summary = derive(directory.path, book=PriceBook.load(prices) if prices else None, at=at)
    if prices or at:
        return Finished(directory.path, summary, ExitCode(summary.run.exit_code))
    with writing(directory.path):
        outputs = write_reports(summary, directory.path)
        directory.write_record(record.model_copy(update={"outputs": _hashed(directory.path, outputs)}))
    return Finished(directory.path, summary, ExitCode(summary.run.exit_code))


def judged(path: Path, labels: Path) -> None:
    """Keep judgements of a run's answers among its inputs, in place of older ones. Raises `InvalidFile` where bad."""
    Labels.read(labels)
    directory = RunDirectory.open(path)
    record = directory.read_record()
    older = kept_labels(directory.path)
    kept = directory.keep(labels, name=f"{LABELS}{labels.suffix}")
    if older and older != kept:
        older.unlink()
    inputs = {name: digest for name, digest in record.inputs.items() if not name.startswith(f"inputs/{LABELS}.")}
    inputs |= hashes(directory.path, [f"inputs/{kept.name}"])
    directory.write_record(record.model_copy(update={"inputs": inputs}))


def verify(path: Path) -> Verification:
    """Every file of a run against its record, and every derived one against what is made anew."""
    directory = RunDirectory.open(path)
    return verified(directory, rebuild=lambda folder: write_reports(derive(directory.path), folder))


def _hashed(path: Path, derived: list[str]) -> dict[str, str]:
    return hashes(path, [*EVIDENCE, *derived])


def _driver_status(path: Path) -> Status:
    """How the replay ended by its own last word, where nobody was left to hear it."""
    _, _, facts = evidence.read(path)
    said = facts["status"]
    return said if said in ("complete", "interrupted", "stopped") else "failed"


def _said(path: Path) -> tuple[list[RungRecord], str | None]:
    """What the driver wrote of itself, rung by rung, and why it ended before its end."""
    _, _, facts = evidence.read(path)
    return [_rung_record(rung) for rung in facts["rungs"]], facts["reason"]


def _rung_record(facts: dict[str, Any]) -> RungRecord:
    """What run.json keeps of it: counts and lags are drawn from the rows, where they can be checked."""
    health = {name: value for name, value in facts["health"].items() if name in GeneratorHealth.model_fields}
    known = {name: value for name, value in facts.items() if name in RungRecord.model_fields}
    return RungRecord.model_validate(known | {"health": health})
