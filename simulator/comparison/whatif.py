"""Strategies that were not run, priced over the answers of a run: no request is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.contenders import compare
from simulator.comparison.result import Comparison
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.run.directory import RunDirectory
from simulator.run.ledger import Ledger
from simulator.scenario.scenario import load
from simulator.spend.bill import call_costs
from simulator.strategies import offline
from simulator.strategies.node import Node
from simulator.strategies.recorded import MEASURED_ONLY, Assumed, Recorded
from simulator.strategies.tree import bind
from simulator.traffic.request import Request
from simulator.traffic.trace import Trace


def of_run(
    path: Path, strategies: Mapping[str, Node], *, assumed: Assumed = MEASURED_ONLY, book: PriceBook | None = None
) -> Comparison:
    """`what_if` over a run directory at 1×, where the trace was sent as it is; prices are the run's unless given."""
    directory = RunDirectory.open(path)
    record, ledger = directory.read_record(), Ledger.read(directory.path)
    return what_if(
        ledger.calls,
        ledger.requests,
        Trace.read(directory.path / "trace.parquet").sessions(),
        strategies,
        baseline=load(directory.path / "inputs/scenario.yaml").baseline,
        scale=1.0,
        book=book or PriceBook.load(directory.path / "inputs/rates.yaml"),
        at=datetime.fromisoformat(record.started_at),
        assumed=assumed,
        seed=record.seed,
    )


def what_if(
    calls: pa.Table,
    requests: pa.Table,
    sessions: Sequence[Sequence[Request]],
    strategies: Mapping[str, Node],
    *,
    baseline: str,
    scale: float,
    book: PriceBook,
    at: datetime,
    assumed: Assumed = MEASURED_ONLY,
    seed: int = 0,
) -> Comparison:
    """The recorded baseline at `scale` beside each strategy as it would have served the same `sessions`.

    Sessions that broke off in the run, so that a model was not asked all of them, are left out and counted in the note.
    Raises BadInput where none is left, with what to run. Costs are priced usage; latency is the recorded answers', so
    it holds for the recorded load only.
    """
    if baseline in strategies:
        raise BadInput(f"{baseline!r} is the recorded baseline; give the strategy another name")
    for name, node in strategies.items():
        if ordered := offline.ordered_node(node):
            raise BadInput(f"strategy {name!r}: {ordered.path} needs the order of time; try it with `tenfold rehearse`")
    answers = Recorded(calls, scale=scale, assumed=assumed)
    models = sorted(set[str]().union(*(node.models() for node in strategies.values())))
    whole = [session for session in sessions if answers.covers(session, models)]
    if not whole:
        raise BadInput(f"no session of this run asked all of {', '.join(models)}; run one strategy per model first")
    named = {name: bind(name, node) for name, node in strategies.items()}
    new_calls, new_requests = offline.run(named, whole, answers, scale=scale, seed=seed)
    mine, theirs = (_of(table, baseline, scale) for table in (calls, requests))
    together = pa.concat_tables([mine, new_calls])
    costs = call_costs(together, book, at=at)
    return compare(together, pa.concat_tables([theirs, new_requests]), costs, baseline=baseline, seed=seed)


def _of(table: pa.Table, strategy: str, scale: float) -> pa.Table:
    here = pc.and_(pc.equal(table["strategy"], strategy), pc.equal(table["scale"], scale))
    return table.filter(pc.and_(here, pc.equal(table["replicate"], 1)))
