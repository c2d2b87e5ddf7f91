"""The recorded evidence that strategies are priced over: a run's rows at one scale, its trace and its prices."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.run.directory import RATES_FILE, TRACE_FILE, RunDirectory
from simulator.run.kept import kept_profile, kept_scenario
from simulator.run.ledger import Ledger
from simulator.spend.bill import call_costs
from simulator.strategies.recorded import Assumed, Recorded
from simulator.strategies.warmth import IDLE_S
from simulator.traffic.request import Request
from simulator.traffic.trace import Trace

SCALE = 1.0
"""Where the trace was sent as it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run's rows at one scale with the prices that hold for them."""

    calls: pa.Table
    requests: pa.Table
    sessions: Sequence[Sequence[Request]]
    baseline: str
    scale: float
    book: PriceBook
    at: datetime
    seed: int
    cache_idle_s: float = IDLE_S
    """After so long without use a provider forgets a prefix: as its profile says, else assumed."""

    def costs(self, calls: pa.Table) -> list[Decimal | None]:
        """What each row costs at these prices."""
        return call_costs(calls, self.book, at=self.at)

    def first(self, table: pa.Table, strategy: str | None = None) -> pa.Table:
        """Rows of its scale, of one strategy where one is named; later replicates ask the same again."""
        here = pc.and_(pc.equal(table["scale"], self.scale), pc.equal(table["replicate"], 1))
        return table.filter(here if strategy is None else pc.and_(here, pc.equal(table["strategy"], strategy)))

    def answers(self, assumed: Assumed) -> Recorded:
        """What was recorded, as it answers strategies that were not run."""
        return Recorded(self.calls, scale=self.scale, assumed=assumed, idle_s=self.cache_idle_s)

    def sampled(self, whole: Sequence[Sequence[Request]], models: Collection[str]) -> Sequence[Sequence[Request]]:
        """Of the sessions that have an answer of each of these models, those that may stand for the others.

        A model that only a router asked has answered what the router chose to send it: the easy requests, which cost
        little and which it saves on. What a strategy asks of every request that it is given is no such choice.

        Raises BadInput where no session is left and `whole` are not all there are.
        """
        asked = self._asked_of_all()
        fair = [rows for rows in whole if all((one.request_id, model) in asked for one in rows for model in models)]
        if fair or len(whole) == len(self.sessions):
            return fair or whole
        known = {model for _, model in asked}
        raise BadInput(
            f"{', '.join(sorted(set(models) - known) or models)} answered only what a strategy chose to send there "
            f"({len(whole)} of {len(self.sessions)} sessions): that is no sample of all; take one with "
            "`tenfold run … --matrix`"
        )

    def _asked_of_all(self) -> set[tuple[str, str]]:
        """Request and model, where a strategy asked the model each request that it asked anybody."""
        here = pc.and_(pc.equal(self.calls["scale"], self.scale), pc.equal(self.calls["purpose"], "answer"))
        rows = self.calls.filter(here).group_by(["strategy", "model", "request_id"]).aggregate([]).to_pylist()
        by_model: dict[tuple[str, str], set[str]] = defaultdict(set)
        by_strategy: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            by_model[row["strategy"], row["model"]].add(row["request_id"])
            by_strategy[row["strategy"]].add(row["request_id"])
        return {
            (request, model)
            for (strategy, model), requests in by_model.items()
            if requests == by_strategy[strategy]
            for request in requests
        }

    @classmethod
    def read(cls, path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> "Source":
        """A run directory at 1×; the prices and their date are the run's unless given."""
        directory = RunDirectory.open(path)
        profile = kept_profile(directory.path)
        record, ledger = directory.read_record(), Ledger.read(directory.path)
        return cls(
            ledger.calls,
            ledger.requests,
            Trace.read(directory.path / TRACE_FILE).sessions(),
            baseline=kept_scenario(directory.path).baseline,
            scale=SCALE,
            book=book or PriceBook.load(directory.path / RATES_FILE),
            at=at or datetime.fromisoformat(record.started_at),
            seed=record.seed,
            cache_idle_s=profile.cache.idle if profile and profile.cache else IDLE_S,
        )
