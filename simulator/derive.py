"""From evidence to figures: everything that a report says, drawn from the files of one run directory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulator import yamlfile
from simulator.comparison import Comparison, compare
from simulator.errors import ExitCode, InvalidFile, worst
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.provider.profile import Profile
from simulator.run.directory import RunDirectory
from simulator.run.health import Verdict, verdict
from simulator.run.ledger import Ledger
from simulator.run.metrics import rung_figures
from simulator.run.quota import KnownLimit, known_limits
from simulator.run.reconciliation import reconcile
from simulator.run.record import RunRecord
from simulator.run.rows import of_rung
from simulator.run.rung import RungFigures
from simulator.run.timeline import timeline
from simulator.scenario import scenario as scenarios
from simulator.scenario.scenario import Scenario
from simulator.spend.attempt_lines import bill_attempts
from simulator.spend.bill import Bill, bill, call_costs
from simulator.spend.commitments import CommitmentCase, commitment_case
from simulator.spend.projection import Projection, project
from simulator.spend.typical_costs import typical_costs
from simulator.summary import RunFacts, Summary
from simulator.verdicts.breaks import Break, breaks
from simulator.verdicts.objectives import Judgement, judge

SCENARIO_FILE, PROFILE_FILE, RATES_FILE = "inputs/scenario.yaml", "inputs/profile.yaml", "inputs/rates.yaml"

_PROVENANCE = {
    "requests, latency, outcomes, tokens": "measured: rows of calls.parquet and requests.parquet",
    "cost of the run": "priced: the tokens that were reported × the dated rates in inputs/rates.yaml",
    "months": "extrapolated: cost per measured session × the launch volume that the scenario assumes",
    "launch volume, growth, weekend": "assumed: the scenario's launch block",
}


def derive(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Summary:
    """The summary of a run directory, finished or partial.

    `book` and `at` re-bill it at other prices or another date; else the prices that the run kept, at its start.
    Raises `InvalidFile` where a file of the directory is missing or not readable.
    """
    return _Run.open(path, book=book, at=at).summary()


def rebill(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Bill:
    """Only the bill of a run directory, at its own prices or others."""
    return _Run.open(path, book=book, at=at).bill


def bill_lines(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The bill of a run attempt by attempt, then its total, as the lines of `tenfold bill --json`."""
    run = _Run.open(path, book=book, at=at)
    return bill_attempts(run.ledger.calls, run.book, at=run.at)


def commitment_cases(path: Path, book: PriceBook) -> list[tuple[float, str, CommitmentCase]]:
    """(scale, strategy, case) for each rung and each commitment of the book whose model the rung called."""
    run = _Run.open(path, book=book, at=None)
    rungs = [(record, of_rung(run.ledger.calls, record)) for record in run.record.rungs if record.replicate == 1]
    cases = [
        (record, commitment_case(calls, one, book, at=run.at, span_s=record.planned_span_s))
        for record, calls in rungs
        for one in book.commitments(at=run.at)
    ]
    return [(record.scale, record.strategy, case) for record, case in cases if case is not None]


def evidence(path: Path) -> tuple[pa.Table, datetime]:
    """The attempts of a run directory and when it started."""
    directory = RunDirectory.open(path)
    started = datetime.fromisoformat(directory.read_record().started_at)
    return Ledger.read(directory.path).calls, started


@dataclass(frozen=True)
class _Run:
    """One run directory, read; every stage once, in the order of the flow."""

    record: RunRecord
    scenario: Scenario
    limits: list[KnownLimit]
    book: PriceBook
    at: datetime
    ledger: Ledger

    @classmethod
    def open(cls, path: Path, *, book: PriceBook | None, at: datetime | None) -> "_Run":
        directory = RunDirectory.open(path)
        record = directory.read_record()
        if not record.rungs:
            raise InvalidFile(f"{directory.path}: no rung was recorded, so there is nothing to report; run it again")
        profile_file = directory.path / PROFILE_FILE
        profile = yamlfile.load(profile_file, Profile) if profile_file.is_file() else None
        return cls(
            record=record,
            scenario=scenarios.load(directory.path / SCENARIO_FILE),
            limits=known_limits(profile) if profile else [],
            book=book or PriceBook.load(directory.path / RATES_FILE),
            at=at or datetime.fromisoformat(record.started_at),
            ledger=Ledger.read(directory.path),
        )

    @cached_property
    def all_rungs(self) -> list[RungFigures]:
        return rung_figures(
            self.ledger.calls,
            self.ledger.requests,
            rungs=self.record.rungs,
            objectives=self.scenario.objectives,
        )

    @cached_property
    def rungs(self) -> list[RungFigures]:
        """Without the model matrix: it is billed and reconciled, but nobody would launch it."""
        return [rung for rung in self.all_rungs if rung.strategy not in self.matrix]

    @cached_property
    def matrix(self) -> set[str]:
        """Strategies that sampled one model each."""
        return {rung.strategy for rung in self.record.rungs if rung.sampled}

    @cached_property
    def launched(self) -> Ledger:
        """The rows of `rungs`."""
        return Ledger(*(table.filter(self._launched(table)) for table in (self.ledger.calls, self.ledger.requests)))

    def _launched(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.invert(pc.is_in(table["strategy"], value_set=pa.array(sorted(self.matrix), pa.string())))

    @cached_property
    def verdict(self) -> Verdict:
        return verdict(self.all_rungs, status=self.record.status)

    @cached_property
    def bill(self) -> Bill:
        return bill(self.ledger.calls, self.book, at=self.at, requests=self.ledger.requests)

    @cached_property
    def row_costs(self) -> list[Decimal | None]:
        return call_costs(self.ledger.calls, self.book, at=self.at)

    @cached_property
    def projection(self) -> Projection:
        return project(
            self.launched.calls,
            self.launched.requests,
            self.rungs,
            price=lambda calls, at: typical_costs(calls, self.book, at=at),
            launch=self.scenario.launch,
            plan=self.scenario.projection,
            budget=self.scenario.budget,
            limits=self.limits,
            changes=self._price_changes(),
            seed=self.record.seed,
        )

    @cached_property
    def judgements(self) -> list[Judgement]:
        return judge(
            self.scenario.objectives,
            self.rungs,
            costs=self.bill.rungs,
            projection=self.projection,
            valid=self.verdict.valid,
        )

    @cached_property
    def breaks(self) -> list[Break]:
        return breaks(
            self.launched.calls,
            self.rungs,
            objectives=self.scenario.objectives,
            judgements=self.judgements,
            costs=self.bill.rungs,
            projection=self.projection,
            limits=self.limits,
            command=_command_stem(self.record.command),
        )

    @cached_property
    def comparison(self) -> Comparison:
        strategies = list(dict.fromkeys(rung.strategy for rung in self.rungs))
        baseline = self.scenario.baseline if self.scenario.baseline in strategies else strategies[0]
        spans = {rung.planned_span_s for rung in self.record.rungs if not rung.sampled}
        return compare(
            self.launched.calls,
            self.launched.requests,
            list(compress(self.row_costs, self._launched(self.ledger.calls).to_pylist())),
            baseline=baseline,
            span_s=spans.pop() if len(spans) == 1 else None,
            seed=self.record.seed,
        )

    def summary(self) -> Summary:
        return Summary(
            run=self._facts(),
            rungs=self.rungs,
            matrix=[rung for rung in self.all_rungs if rung.strategy in self.matrix],
            costs=self.bill.rungs,
            items=self.bill.items,
            total_usd=self.bill.total,
            unpriced_calls=self.bill.unpriced_calls,
            unpriced_reasons=self.bill.unpriced_reasons,
            prices=self.book.snapshot(self._models(), self.at),
            objectives=self.judgements,
            breaks=self.breaks,
            projection=self.projection,
            comparison=self.comparison,
            reconciliation=reconcile(
                self.all_rungs,
                calls=self.ledger.calls,
                requests=self.ledger.requests,
                ledger_usd=self.bill.total,
                row_costs=self.row_costs,
            ),
            provenance=_PROVENANCE,
            timeline=timeline(
                self.launched.calls,
                self.launched.requests,
                rungs=[rung for rung in self.record.rungs if not rung.sampled],
            ),
        )

    def _facts(self) -> RunFacts:
        names = ("id", "scenario", "description", "command", "started_at", "duration_s", "seed", "status", "target")
        same = {name: getattr(self.record, name) for name in (*names, "simulated", "multiply", "trace", "versions")}
        return RunFacts(
            **same,
            verdict=self.verdict.word,
            reasons=self.verdict.reasons,
            exit_code=self._exit_code(),
            hashes=self.record.inputs,
            measured_scales=sorted({rung.scale for rung in self.rungs}),
        )

    def _exit_code(self) -> ExitCode:
        codes = set()
        if self.record.status == "interrupted":
            codes.add(ExitCode.INTERRUPTED)
        if self.record.status == "stopped":
            codes.add(ExitCode.GUARD)
        if not self.verdict.valid:
            codes.add(ExitCode.NOT_VALID)
        if any(judgement.outcome != "pass" for judgement in self.judgements):
            codes.add(ExitCode.FAILED)
        return worst(codes)

    def _models(self) -> list[str]:
        """The models that have a price: those that were called."""
        called = set(self.ledger.calls["model"].to_pylist())
        return sorted(called - {model for model in called if not self._priced(model)})

    def _priced(self, model: str) -> bool:
        try:
            self.book.rates(model, at=self.at)
        except UnknownPrice:
            return False
        return True

    def _price_changes(self) -> list[date]:
        """From the launch on, which may lie before the run: its months are projected at their own prices."""
        start = min(self.at.date(), self.scenario.launch.starts)
        return sorted({day for model in self._models() for day in self.book.changes(model, after=start)})


def _command_stem(command: str) -> str:
    """`tenfold run FILE` of a command line, so that a fix can be tested with other options."""
    return " ".join(command.split()[:3])
