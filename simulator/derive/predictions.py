"""What was predicted of a run's strategies, beside what the run measured."""

from pathlib import Path

from simulator.comparison.foretold import Foretold
from simulator.comparison.predicted import by_others
from simulator.comparison.prediction import Prediction
from simulator.comparison.source import SCALE, Source
from simulator.derive.run import Run
from simulator.run.directory import RunDirectory
from simulator.run.kept import kept_profile


def predictions(path: Path, run: Run) -> list[Prediction]:
    """By the earlier run that was named before it began; and by its own matrix, where it recorded one. At 1× only."""
    directory = RunDirectory.open(path).path
    foretold = Foretold.read(directory)
    if SCALE not in {rung.scale for rung in run.rungs} or not (foretold or run.matrix):
        return []
    source = Source.read(path, book=run.book, at=run.at)
    ran = {rung.strategy for rung in run.rungs}
    found = foretold.beside(source) if foretold else []
    if run.matrix:
        own = {name: node for name, node in run.scenario.strategies.items() if name in ran}
        found += by_others(source, own, kept_profile(directory))
    return found
