"""Was the forecast right? Each strategy that a run measured beside what the same run could have said without it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc

from simulator.comparison.prediction import Prediction, beside
from simulator.comparison.source import Source
from simulator.comparison.whatif import worked_out
from simulator.errors import BadInput
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.run.directory import TRACE_FILE, RunDirectory
from simulator.run.kept import kept_profile, kept_scenario, kept_validator
from simulator.scenario.quality import Validator
from simulator.scenario.target import Target
from simulator.strategies.node import Node
from simulator.strategies.recorded import Assumed
from simulator.traffic.trace import Trace

SAME_PROFILE = "the endpoint was simulated from the same profile: this checks the drivers, not a provider"


def of_run(path: Path, *, label_accuracy: float | None = None) -> list[Prediction]:
    """Every strategy of the scenario that a run measured at 1×, by recorded answers and by rehearsal.

    By recorded answers: its own rows are set aside, and what the other strategies and the matrix recorded stands in.
    By rehearsal: the provider profile that the run kept, in virtual time; a run without one has none.
    """
    source, opened = Source.read(path), RunDirectory.open(path)
    directory, simulated = opened.path, opened.read_record().simulated
    scenario, profile = kept_scenario(directory), kept_profile(directory)
    ran = set(pc.unique(source.requests["strategy"]).to_pylist())
    strategies = {name: node for name, node in scenario.strategies.items() if name in ran}
    found = by_others(source, strategies, profile, label_accuracy=label_accuracy)
    if profile:
        trace = Trace.read(directory / TRACE_FILE)
        rehearsed = _rehearsed(source, trace, strategies, profile, scenario.target, kept_validator(directory))
        found += [one.model_copy(update={"note": SAME_PROFILE if simulated else None}) for one in rehearsed]
    if not found:
        raise BadInput(f"{path}: nothing to predict: only the baseline was run, and no provider profile was kept")
    return found


def by_others(
    source: Source, strategies: Mapping[str, Node], profile: Profile | None, *, label_accuracy: float | None = None
) -> list[Prediction]:
    """Each strategy but the baseline, by what the others and the matrix recorded; or why that does not say enough."""
    return [
        _by_others(source, name, node, label_accuracy or accuracy(node, profile))
        for name, node in strategies.items()
        if name != source.baseline
    ]


def _by_others(source: Source, name: str, node: Node, label_accuracy: float | None) -> Prediction:
    others = replace(source, calls=source.calls.filter(pc.not_equal(source.calls["strategy"], name)))
    try:
        found = worked_out(others, {name: node}, assumed=Assumed(label_accuracy, source.seed))
    except BadInput as error:
        return Prediction(strategy=name, by="recorded answers", predicted=None, measured=None, note=str(error))
    return beside(source, name, found, by="recorded answers")


def accuracy(node: Node, profile: Profile | None) -> float | None:
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
    source: Source,
    trace: Trace,
    strategies: Mapping[str, Node],
    profile: Profile,
    target: Target,
    validator: Validator | None,
) -> Iterator[Prediction]:
    patience = Patience(target.timeouts.first_token, target.timeouts.total)
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
            body=target.body,
            validator=validator,
        )
        yield beside(source, name, tables, by="rehearsal")
