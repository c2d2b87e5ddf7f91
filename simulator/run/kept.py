"""What a run kept of its inputs, read again."""

from pathlib import Path

from simulator.run.directory import SCENARIO_FILE
from simulator.scenario.scenario import Scenario, load

STRATEGIES, LABELS, ANSWER_SCHEMA = "strategies", "labels", "answer-schema"
"""Names in `inputs/` of what a scenario does not hold itself; the suffix is that of the file they were copied from."""


def kept_scenario(directory: Path) -> Scenario:
    """The scenario, with the strategies that the run added to it."""
    return load(directory / SCENARIO_FILE, also=_kept(directory, STRATEGIES))


def kept_labels(directory: Path) -> Path | None:
    """The judgements of answers, where there are any."""
    return _kept(directory, LABELS)


def _kept(directory: Path, name: str) -> Path | None:
    return next(iter(sorted((directory / "inputs").glob(f"{name}.*"))), None)
