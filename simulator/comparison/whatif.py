"""Strategies that were not run, priced over the answers of a run: no request is sent."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.contenders import compare
from simulator.comparison.over_ranges import over_ranges
from simulator.comparison.result import Comparison
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.figures import joined
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.strategies import offline
from simulator.strategies.node import Node
from simulator.strategies.recorded import MEASURED_ONLY, Assumed, Recorded
from simulator.strategies.tree import bind
from simulator.strategies.warmth import Warmth
from simulator.units import seconds_text

Tables = tuple[pa.Table, pa.Table]
"""Rows of `CALLS` and of `REQUESTS`."""


def of_run(
    path: Path, strategies: Mapping[str, Node], *, assumed: Assumed = MEASURED_ONLY, book: PriceBook | None = None
) -> Comparison:
    """`what_if` over a run directory at 1×, where the trace was sent as it is; prices are the run's unless given.

    Ranges count as what a run takes there, and are drawn beside it.
    """
    source = Source.read(path, book=book)
    found = what_if(source, strategies, assumed=replace(assumed, seed=source.seed))
    spread = over_ranges(source, strategies, label_accuracy=assumed.label_accuracy)
    return found.model_copy(update={"ranges": spread})


def what_if(source: Source, strategies: Mapping[str, Node], *, assumed: Assumed = MEASURED_ONLY) -> Comparison:
    """The recorded baseline beside each strategy as it would have served the same sessions.

    Sessions that broke off in the run, so that a model was not asked all of them, are left out and counted in the note.
    Costs are priced usage; latency is the recorded answers', so it holds for the recorded load only. Raises BadInput
    for a model or tier without a price, and as `worked_out` does.
    """
    if source.baseline in strategies:
        raise BadInput(f"{source.baseline!r} is the recorded baseline; give the strategy another name")
    for name, node in strategies.items():
        _refuse_unpriced(source, name, node)
    answers = source.answers(assumed)
    found = _worked_out(source, strategies, answers)
    calls, requests = (
        pa.concat_tables([source.first(old, source.baseline), new])
        for old, new in zip((source.calls, source.requests), found, strict=True)
    )
    compared = compare(calls, requests, source.costs(calls), baseline=source.baseline, seed=source.seed)
    colder = _colder(found[0], answers.warmth)
    cautions = {name: joined(*bind(name, node).cautions()) for name, node in strategies.items()}
    contenders = [
        one.model_copy(update={"note": joined(one.note, cautions.get(one.strategy), colder.get(one.strategy))})
        for one in compared.contenders
    ]
    return compared.model_copy(update={"contenders": contenders})


def _refuse_unpriced(source: Source, name: str, node: Node) -> None:
    for model, tier in [*((model, None) for model in sorted(node.models())), *sorted(node.tiers())]:
        try:
            source.book.rates(model, at=source.at, tier=tier)
        except UnknownPrice as error:
            raise BadInput(f"strategy {name!r}: {error}") from None


def worked_out(source: Source, strategies: Mapping[str, Node], *, assumed: Assumed) -> Tables:
    """Each strategy over the sessions whose answers a run recorded, as rows.

    Raises BadInput for a strategy that needs the order of time, for a label that nobody knows, and where no session
    asked all that the strategies ask, with what to run.
    """
    return _worked_out(source, strategies, source.answers(assumed))


def _worked_out(source: Source, strategies: Mapping[str, Node], answers: Recorded) -> Tables:
    for name, node in strategies.items():
        offline.refuse_unknowable(name, node)
    models = sorted(set[str]().union(*(node.answerers() for node in strategies.values())))
    whole = [session for session in source.sessions if answers.covers(session, models)]
    if not whole:
        raise BadInput(
            f"no session of this run asked all of {', '.join(models)}; record them with `tenfold run … --matrix`"
        )
    named = {name: bind(name, node) for name, node in strategies.items()}
    return offline.run(named, source.sampled(whole, models), answers, scale=source.scale, seed=source.seed)


def _colder(calls: pa.Table, warmth: Warmth) -> dict[str, str]:
    """By strategy: what its answers would not have found in the provider's prompt cache, in words."""
    lost: dict[str, list[int]] = defaultdict(list)
    for row in calls.filter(pc.equal(calls["purpose"], "answer")).to_pylist():
        read = warmth.readings.get((row["session_id"], row["turn"], row["model"]))
        if read and read.tokens and (less := read.tokens - (row["cache_read_tokens"] or 0)) > 0:
            lost[row["strategy"]].append(less)
    return {
        name: f"{len(less)} of its answers find {sum(less):,} tokens less in the prompt cache than was recorded: their "
        f"prompt begins otherwise, or another model had answered before (idle for {seconds_text(warmth.idle_s)}: "
        "forgotten); derived from what was recorded"
        for name, less in lost.items()
    }
