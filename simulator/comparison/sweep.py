"""One option of a strategy moved through a range, priced over a run's recorded answers: the curve of a decision."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from simulator.comparison.judges import Judge
from simulator.comparison.measured import Measured
from simulator.comparison.predicted import accuracy
from simulator.comparison.setting import Point, setting
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.pricing.book import PriceBook
from simulator.run.directory import RunDirectory
from simulator.run.kept import kept_profile, kept_scenario
from simulator.strategies.axis import Axis
from simulator.strategies.node import Node
from simulator.strategies.variants import swept, variants


class Sweep(Figures):
    """Every setting of a sweep, strategy after strategy, in the order of its axes."""

    baseline: str
    baseline_per_request: Decimal
    requests: int
    sessions: int
    left_out: int
    """Sessions that lack an answer of some model, or of the baseline."""
    label_accuracy: float | None
    """Assumed of classifiers and judges, where no axis moves it."""
    cache_idle_s: float
    """After so long without use a prompt's prefix is taken to be forgotten."""
    points: list[Point]


def sweep(measured: Measured, strategies: Mapping[str, Node], axes: Sequence[Axis], *, baseline: str) -> Sweep:
    """Every combination of the axes' values. Raises BadInput for a path or a value that the strategy does not take."""
    count = len(measured.batch.requests)
    return Sweep(
        baseline=baseline,
        baseline_per_request=measured.baseline_usd / count,
        requests=count,
        sessions=measured.sessions,
        left_out=measured.left_out,
        label_accuracy=measured.label_accuracy,
        cache_idle_s=measured.source.cache_idle_s,
        points=[
            setting(one.strategy, one.settings, one.node, one.label_accuracy, measured)
            for one in variants(strategies, axes)
        ],
    )


def of_run(
    path: Path,
    strategies: Mapping[str, Node],
    axes: Sequence[Axis],
    *,
    label_accuracy: float | None = None,
    judge: Judge | None = None,
    book: PriceBook | None = None,
) -> Sweep:
    """`sweep` over a run directory, at the run's prices unless given."""
    source, chosen = Source.read(path, book=book), swept(strategies, axes)
    measured = Measured.of(source, list(chosen.values()), label_accuracy=label_accuracy, judge=judge)
    return sweep(measured, chosen, axes, baseline=source.baseline)


def of_own(
    path: Path,
    axes: Sequence[Axis] = (),
    *,
    label_accuracy: float | None = None,
    judge: Judge | None = None,
    book: PriceBook | None = None,
) -> Sweep:
    """The same for strategies of the run's own scenario, and what it says in `sweep:` where nothing else is asked.

    Labels are as right as the kept profile says, where it says one thing. Raises BadInput where there is no axis.
    """
    directory = RunDirectory.open(path).path
    scenario = kept_scenario(directory)
    if not (asked := axes or scenario.axes):
        raise BadInput(f"{path}: its scenario has no sweep:; say what to move, as in --sweep KEY=0..1:101")
    chosen = swept(scenario.strategies, asked)
    if label_accuracy is None:
        profile = kept_profile(directory)
        said = {accuracy(node, profile) for node in chosen.values()} - {None}
        label_accuracy = said.pop() if len(said) == 1 else None
    return of_run(path, chosen, asked, label_accuracy=label_accuracy, judge=judge, book=book)
