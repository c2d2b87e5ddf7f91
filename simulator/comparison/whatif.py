"""Strategies that were not run, priced over the answers of a run: no request is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.contenders import compare
from simulator.comparison.result import Comparison
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.spend.bill import call_costs
from simulator.strategies import offline
from simulator.strategies.node import Node
from simulator.strategies.recorded import MEASURED_ONLY, Assumed, Recorded
from simulator.strategies.tree import bind
from simulator.traffic.request import Request


def of_run(
    path: Path, strategies: Mapping[str, Node], *, assumed: Assumed = MEASURED_ONLY, book: PriceBook | None = None
) -> Comparison:
    """`what_if` over a run directory at 1×, where the trace was sent as it is; prices are the run's unless given."""
    source = Source.read(path, book=book)
    return what_if(
        source.calls,
        source.requests,
        source.sessions,
        strategies,
        baseline=source.baseline,
        scale=source.scale,
        book=source.book,
        at=source.at,
        assumed=replace(assumed, seed=source.seed),
        seed=source.seed,
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
        offline.refuse_ordered(name, node)
    answers = Recorded(calls, scale=scale, assumed=assumed)
    models = sorted(set[str]().union(*(node.answerers() for node in strategies.values())))
    whole = [session for session in sessions if answers.covers(session, models)]
    if not whole:
        raise BadInput(
            f"no session of this run asked all of {', '.join(models)}; record them with `tenfold run … --matrix`"
        )
    named = {name: bind(name, node) for name, node in strategies.items()}
    new_calls, new_requests = offline.run(named, whole, answers, scale=scale, seed=seed)
    mine, theirs = (_of(table, baseline, scale) for table in (calls, requests))
    together = pa.concat_tables([mine, new_calls])
    costs = call_costs(together, book, at=at)
    return compare(together, pa.concat_tables([theirs, new_requests]), costs, baseline=baseline, seed=seed)


def _of(table: pa.Table, strategy: str, scale: float) -> pa.Table:
    here = pc.and_(pc.equal(table["strategy"], strategy), pc.equal(table["scale"], scale))
    return table.filter(pc.and_(here, pc.equal(table["replicate"], 1)))
