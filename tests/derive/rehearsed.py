"""A run directory without a live run: the same files, their rows from virtual time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.launch.job import Job
from simulator.launch.options import Options
from simulator.launch.rehearsing import rehearsal
from simulator.run.record import GeneratorHealth, RungRecord

STARTED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run(scenario: Path, out: Path, **options: Any) -> Path:
    """Rehearse `scenario` into the run directory `out`."""
    chosen = Options(scenario=scenario, command=("tenfold", "run", scenario.name), out=out, **options)
    job, found = Job.prepare(chosen, tell=lambda _: None), rehearsal(chosen)
    found.ledger.write(job.directory.path)
    rungs = [
        RungRecord(
            scale=rung.scale,
            strategy=rung.strategy,
            started_at=STARTED.isoformat(),
            planned_span_s=chosen.duration_s,
            planned=rung.planned,
            sent=rung.sent,
            dropped=0,
            health=GeneratorHealth(clock="virtual time"),
        )
        for rung in found.figures.rungs
    ]
    record = job.record(STARTED).model_copy(update={"status": "complete", "verdict": "VALID", "rungs": rungs})
    job.directory.write_record(record)
    return job.directory.commit()
