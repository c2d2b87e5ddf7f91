"""What a run kept of its inputs, read again."""

from pathlib import Path

from simulator import yamlfile
from simulator.provider.profile import Profile
from simulator.run.directory import PROFILE_FILE, SCENARIO_FILE
from simulator.scenario.quality import Validator
from simulator.scenario.scenario import Scenario, load

STRATEGIES, LABELS, ANSWER_SCHEMA = "strategies", "labels", "answer-schema"
"""Names in `inputs/` of what a scenario does not hold itself; the suffix is that of the file they were copied from."""


def kept_scenario(directory: Path) -> Scenario:
    """The scenario, with the strategies that the run added to it."""
    return load(directory / SCENARIO_FILE, also=_kept(directory, STRATEGIES))


def kept_profile(directory: Path) -> Profile | None:
    """The provider profile that a run was simulated from."""
    file = directory / PROFILE_FILE
    return yamlfile.load(file, Profile) if file.is_file() else None


def kept_labels(directory: Path) -> Path | None:
    """The judgements of answers, where there are any."""
    return _kept(directory, LABELS)


def kept_validator(directory: Path) -> Validator | None:
    """What every answer was checked by, with the schema that was read then."""
    quality = kept_scenario(directory).quality
    validator = quality.validator if quality else None
    if validator is None or not isinstance(validator.fits, Path):
        return validator
    schema = _kept(directory, ANSWER_SCHEMA) or validator.fits
    return validator.model_copy(update={"fits": Path(schema.name)}).beside(directory / "inputs")


def _kept(directory: Path, name: str) -> Path | None:
    return next(iter(sorted((directory / "inputs").glob(f"{name}.*"))), None)
