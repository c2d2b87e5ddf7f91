"""Was the forecast right? Each strategy that a run measured beside what was predicted of it, on the same requests."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from simulator import yamlfile
from simulator.comparison.side import Evidence, Side
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.run.directory import PROFILE_FILE, SCENARIO_FILE, TRACE_FILE, RunDirectory
from simulator.run.percentiles import exact
from simulator.scenario.scenario import load
from simulator.scenario.target import Timeouts
from simulator.strategies import offline
from simulator.strategies.node import Node
from simulator.strategies.recorded import Assumed, Recorded
from simulator.traffic.trace import Trace

SAME_PROFILE = "the endpoint was simulated from the same profile: this checks the drivers, not a provider"

Tables = tuple[pa.Table, pa.Table]
"""Rows of `CALLS` and of `REQUESTS`."""


class Totals(Figures):
    """What a strategy cost and took. Seconds from the schedule; failures are +∞."""

    cost: Decimal | None
    """None where a call has no price."""
    response_p95: float | None
    error_share: float | None


class Prediction(Figures):
    """One strategy at 1×: predicted and measured on the same requests, or why there is no prediction."""

    strategy: str
    by: Literal["recorded answers", "rehearsal"]
    requests: int
    predicted: Totals | None
    measured: Totals | None
    cost_off_by: float | None
    """Predicted ÷ measured − 1; None where either is unknown."""
    p95_off_by: float | None
    note: str | None = None


def of_run(path: Path, *, label_accuracy: float | None = None) -> list[Prediction]:
    """Every strategy of the scenario that a run measured at 1×, by both ways of prediction.

    By recorded answers: its own rows are set aside, and what the other strategies and the matrix recorded stands in.
    By rehearsal: the provider profile that the run kept, in virtual time; a run without one has none.
    """
    source, opened = Source.read(path), RunDirectory.open(path)
    directory, simulated = opened.path, opened.read_record().simulated
    scenario = load(directory / SCENARIO_FILE)
    profile_file = directory / PROFILE_FILE
    profile = yamlfile.load(profile_file, Profile) if profile_file.is_file() else None
    ran = set(pc.unique(source.requests["strategy"]).to_pylist())
    strategies = {name: node for name, node in scenario.strategies.items() if name in ran}
    found = [_offline(source, *one, label_accuracy, profile) for one in strategies.items() if one[0] != source.baseline]
    if profile:
        trace = Trace.read(directory / TRACE_FILE)
        rehearsed = _rehearsed(source, trace, strategies, profile, scenario.target.timeouts)
        found += [one.model_copy(update={"note": SAME_PROFILE if simulated else None}) for one in rehearsed]
    if not found:
        raise BadInput(f"{path}: nothing to predict: only the baseline was run, and no provider profile was kept")
    return found


def _offline(
    source: Source, name: str, node: Node, label_accuracy: float | None, profile: Profile | None
) -> Prediction:
    try:
        tables = _worked_out(source, name, node, label_accuracy or _accuracy(node, profile))
    except BadInput as error:
        return Prediction(
            strategy=name,
            by="recorded answers",
            requests=0,
            predicted=None,
            measured=None,
            cost_off_by=None,
            p95_off_by=None,
            note=str(error),
        )
    return _beside(source, name, tables, "recorded answers")


def _worked_out(source: Source, name: str, node: Node, label_accuracy: float | None) -> Tables:
    """The strategy over what others recorded. Raises BadInput where that does not say enough."""
    offline.refuse_ordered(name, node)
    others = source.calls.filter(pc.not_equal(source.calls["strategy"], name))
    answers = Recorded(others, scale=source.scale, assumed=Assumed(label_accuracy, source.seed))
    whole = [session for session in source.sessions if answers.covers(session, node.answerers())]
    if not whole:
        raise BadInput(f"no other strategy asked all of {', '.join(sorted(node.answerers()))}; run with --matrix")
    return offline.run({name: node}, whole, answers, scale=source.scale, seed=source.seed)


def _accuracy(node: Node, profile: Profile | None) -> float | None:
    """What the profile says of the models that classify and judge, if it says one thing."""
    asked = set[str]().union(*(one.asks() for one in _labelling(node)))
    said = {profile.models[model].label_accuracy for model in asked if model in profile.models} if profile else set()
    return said.pop() if len(said) == 1 else None


def _labelling(node: Node) -> Iterator[Node]:
    if node.kind in ("classify", "cascade"):
        yield node
    for child in node.children().values():
        yield from _labelling(child)


def _rehearsed(
    source: Source, trace: Trace, strategies: Mapping[str, Node], profile: Profile, times: Timeouts
) -> Iterator[Prediction]:
    patience = Patience(times.first_token, times.total)
    for name, node in strategies.items():
        rates = source.book.usd_per_million(node.models(), at=source.at) if node.counts_dollars() else None
        tables = rehearse(
            trace,
            {name: node},
            profile,
            scale=source.scale,
            seed=source.seed,
            patience=patience,
            usd_per_million=rates,
        )
        yield _beside(source, name, tables, "rehearsal")


def _beside(source: Source, name: str, tables: Tables, by: Literal["recorded answers", "rehearsal"]) -> Prediction:
    asked = pc.unique(tables[1]["request_id"])
    mine: Tables = tuple(_only(table, name, asked, source.scale) for table in (source.calls, source.requests))
    predicted, measured = (_totals(source, name, one) for one in (tables, mine))
    return Prediction(
        strategy=name,
        by=by,
        requests=len(asked),
        predicted=predicted,
        measured=measured,
        cost_off_by=_off(predicted.cost, measured.cost),
        p95_off_by=_off(predicted.response_p95, measured.response_p95),
    )


def _only(table: pa.Table, strategy: str, asked: pa.Array, scale: float) -> pa.Table:
    here = pc.and_(pc.equal(table["strategy"], strategy), pc.equal(table["scale"], scale))
    here = pc.and_(here, pc.equal(table["replicate"], 1))
    return table.filter(pc.and_(here, pc.is_in(table["request_id"], value_set=asked)))


def _totals(source: Source, name: str, tables: Tables) -> Totals:
    side = Side.of(Evidence(*tables, source.costs(tables[0]), None), source.scale, name)
    return Totals(
        cost=side.arm.cost,
        response_p95=exact(side.response, 95),
        error_share=side.failed / side.due if side.due else None,
    )


def _off(predicted: Decimal | float | None, measured: Decimal | float | None) -> float | None:
    if predicted is None or not measured:
        return None
    return float(predicted) / float(measured) - 1
