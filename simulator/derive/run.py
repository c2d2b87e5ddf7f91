"""One run directory, read: every stage of the flow once, each from the one before it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison import Comparison, compare
from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.resolution import day_of
from simulator.pricing.terms import Contract
from simulator.run.directory import RATES_FILE, TRACE_FILE, RunDirectory
from simulator.run.health import Verdict, verdict
from simulator.run.kept import kept_profile, kept_scenario
from simulator.run.ledger import Ledger
from simulator.run.lengths import Lengths, lengths
from simulator.run.metrics import rung_figures
from simulator.run.quota import KnownLimit, known_limits
from simulator.run.record import RunRecord, quoted, words_of
from simulator.run.rung import RungFigures
from simulator.scenario.scenario import Scenario
from simulator.spend.bill import Bill, LineItem, bill, call_costs
from simulator.spend.calendar import busy
from simulator.spend.contracted import Covered
from simulator.spend.projection import Projection, project
from simulator.spend.typical_costs import typical_costs
from simulator.spend.uncounted import Uncounted
from simulator.traffic.trace import Trace
from simulator.verdicts.breaks import Break, breaks
from simulator.verdicts.objectives import Judgement, judge

_TAKE_A_VALUE = frozenset(
    {"--scale", "--strategy", "--out", "--matrix-sample", "--repeat", "--predicted-by", "--label-accuracy"}
)
_ALONE = frozenset({"--exit-zero", "--matrix", "--json"})


class _Called(NamedTuple):
    """What calls name for their price."""

    model: str
    provider: str | None
    tier: str | None

    @property
    def name(self) -> str:
        return f"{self.provider}/{self.model}" if self.provider else self.model


@dataclass(frozen=True)
class Run:
    """What a run left behind, and everything that is drawn from it."""

    record: RunRecord
    scenario: Scenario
    limits: list[KnownLimit]
    book: PriceBook
    at: datetime
    ledger: Ledger
    trace: Trace

    @classmethod
    def open(cls, path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> "Run":
        """At the prices that the run kept and its start, unless others are given. Raises `InvalidFile`."""
        directory = RunDirectory.open(path)
        record = directory.read_record()
        if not record.rungs:
            raise InvalidFile(f"{directory.path}: no rung was recorded, so there is nothing to report; run it again")
        profile = kept_profile(directory.path)
        return cls(
            record=record,
            scenario=kept_scenario(directory.path),
            limits=known_limits(profile) if profile else [],
            book=book or PriceBook.load(directory.path / RATES_FILE),
            at=at or datetime.fromisoformat(record.started_at),
            ledger=Ledger.read(directory.path),
            trace=Trace.read(directory.path / TRACE_FILE),
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
    def lengths(self) -> list[Lengths]:
        """Of the answers beside the trace that was sent."""
        return lengths(self.ledger.calls, self.trace)

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

    @cached_property
    def launched_costs(self) -> list[Decimal | None]:
        """Of each row of `launched.calls`."""
        return list(compress(self.row_costs, self._launched(self.ledger.calls).to_pylist()))

    def _launched(self, table: pa.Table) -> pa.ChunkedArray:
        return pc.invert(pc.is_in(table["strategy"], value_set=pa.array(sorted(self.matrix), pa.string())))

    @cached_property
    def verdict(self) -> Verdict:
        return verdict(self.all_rungs, status=self.record.status, ended_by=self.record.ended_by)

    @cached_property
    def bill(self) -> Bill:
        return bill(self.ledger.calls, self.book, at=self.at, requests=self.ledger.requests)

    @cached_property
    def later_items(self) -> dict[date, list[LineItem]]:
        """The bill's lines of what the months rest on, at each price list of theirs that is not the run's own."""
        rests = {(month.based_on_scale, month.strategy) for month in self.projection.months}
        days = {one.first for month in self.projection.months for one in month.days}
        lists = [day for day in self._price_changes() if days and day <= max(days)]
        if days and min(days) < day_of(self.at):
            lists = [min(days), *lists]
        return {day: [one for one in self._items_on(day) if (one.scale, one.strategy) in rests] for day in lists}

    def _items_on(self, day: date) -> list[LineItem]:
        return bill(self.launched.calls, self.book, at=datetime.combine(day, time(12), UTC)).items

    @cached_property
    def row_costs(self) -> list[Decimal | None]:
        return call_costs(self.ledger.calls, self.book, at=self.at)

    @cached_property
    def projection(self) -> Projection:
        launch = self.scenario.launch
        return project(
            self.launched.calls,
            self.launched.requests,
            self.rungs,
            price=lambda calls, at: typical_costs(calls, self.book, at=at, busy=lambda when: busy(when, launch)),
            launch=launch,
            plan=self.scenario.projection,
            budget=self.scenario.budget,
            limits=self.limits,
            changes=self._price_changes(),
            contracts=[Covered(one, models) for one in self.book.contracts if (models := self._covered(one))],
            uncounted=Uncounted.of(self.book, self._names),
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
            command=command_stem(self.record.command),
        )

    @cached_property
    def comparison(self) -> Comparison:
        strategies = list(dict.fromkeys(rung.strategy for rung in self.rungs))
        baseline = self.scenario.baseline if self.scenario.baseline in strategies else strategies[0]
        spans = {rung.planned_span_s for rung in self.record.rungs if not rung.sampled}
        return compare(
            self.launched.calls,
            self.launched.requests,
            self.launched_costs,
            baseline=baseline,
            strategies=strategies,
            span_s=spans.pop() if len(spans) == 1 else None,
            seed=self.record.seed,
        )

    @cached_property
    def prices(self) -> list[dict[str, str]]:
        """The rates of what was called and has a price, and those that its months meet; the standard tier first."""
        ends = [one.until for month in self.projection.months for one in month.days]
        end = datetime.combine(max(ends), time(), UTC) if ends else None
        by_tier: dict[str | None, list[str]] = {}
        for one in self._called:
            by_tier.setdefault(one.tier, []).append(one.name)
        return [
            row
            for tier, names in by_tier.items()
            for row in self.book.snapshot(names, self.at, until=end, tiers=[tier])
        ]

    @cached_property
    def _called(self) -> list[_Called]:
        """What has a price of it."""
        rows = self.ledger.calls.group_by(list(_Called._fields)).aggregate([]).to_pylist()
        return sorted(
            filter(self._priced, (_Called(**row) for row in rows)), key=lambda one: (one.tier or "", one.name)
        )

    def _priced(self, one: _Called) -> bool:
        try:
            self.book.rates(one.name, at=self.at, tier=one.tier)
        except UnknownPrice:
            return False
        return True

    def _covered(self, contract: Contract) -> frozenset[str]:
        """The models of the calls that a contract is about, as the calls name them."""
        return frozenset(model for model, name in self._names if contract.names(name))

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        """The models of the calls as the calls name them, each with the book's own name."""
        return [(one.model, self.book.rates(one.name, at=self.at, tier=one.tier).model) for one in self._called]

    def _price_changes(self) -> list[date]:
        """From the launch on, which may lie before the run: its months are projected at their own prices."""
        start = min(day_of(self.at), self.scenario.launch.starts)
        return sorted({day for one in self._called for day in self.book.changes(one.name, after=start)})


def command_stem(command: str) -> str:
    """A command line without what a test of a fix says anew (scales, strategies) or must not repeat (where it went)."""
    kept: list[str] = []
    words = iter(words_of(command))
    for word in words:
        flag, given, _ = word.partition("=")
        if flag in _TAKE_A_VALUE:
            if not given:
                next(words, None)
        elif flag not in _ALONE:
            kept.append(word)
    return quoted(kept)
