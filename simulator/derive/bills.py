"""What a run directory costs: its bill again, line by line, or under a commitment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.derive.run import Run
from simulator.pricing.book import PriceBook
from simulator.pricing.resolution import day_of
from simulator.run.directory import RunDirectory
from simulator.run.ledger import Ledger
from simulator.run.rows import of_rung
from simulator.spend.attempt_lines import bill_attempts
from simulator.spend.bill import Bill
from simulator.spend.commitments import CommitmentCase, commitment_case
from simulator.spend.sides import Expected, expected_of_calls


def rebill(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Bill:
    """Only the bill of a run directory, at its own prices or others; `at`: of another day, at the hour of its start.

    Its rungs stand in the order in which they were run.
    """
    run = _opened(path, book, at)
    order = {(one.scale, one.strategy, one.replicate): place for place, one in enumerate(run.all_rungs)}
    rungs = sorted(run.bill.rungs, key=lambda one: order.get((one.scale, one.strategy, one.replicate), len(order)))
    return run.bill.model_copy(update={"rungs": rungs})


def attempt_lines(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The bill of a run attempt by attempt, then its total, as the lines of `tenfold bill --json`."""
    run = _opened(path, book, at)
    return bill_attempts(run.ledger.calls, run.book, at=run.at)


def _opened(path: Path, book: PriceBook | None, at: datetime | None) -> Run:
    run = Run.open(path, book=book)
    return replace(run, at=datetime.combine(day_of(at), run.at.astimezone(UTC).time(), UTC)) if at else run


def commitment_cases(path: Path, book: PriceBook) -> list[tuple[float, str, CommitmentCase]]:
    """(scale, strategy, case) for each rung and each commitment of the book whose model the rung called.

    At the prices of the run's day, or of the commitment's first one where that is still to come; none that is over.
    """
    run = Run.open(path, book=book)
    records = [record for record in run.record.rungs if record.replicate == 1 and not record.sampled]
    rungs = [(record, of_rung(run.ledger.calls, record)) for record in records]
    cases = [
        (record, commitment_case(calls, one, book, at=at, span_s=record.planned_span_s))
        for record, calls in rungs
        for one in book.commitments
        if one.holds(day_of(at := max(run.at, datetime.combine(one.from_, time(), UTC))))
    ]
    return [(record.scale, record.strategy, case) for record, case in cases if case is not None]


def evidence(path: Path) -> tuple[pa.Table, datetime]:
    """The attempts of a run directory and when it started."""
    directory = RunDirectory.open(path)
    started = datetime.fromisoformat(directory.read_record().started_at)
    return Ledger.read(directory.path).calls, started


def expected_of_run(path: Path, book: PriceBook | None = None, *, at: datetime | None = None) -> Expected:
    """What a provider should charge for a run, at its own prices and start or at others."""
    run = _opened(path, book, at)
    return expected_of_calls(run.ledger.calls, run.book, at=run.at)
