"""Copies of what a run stands on, in its own `inputs/`: an old run is read again without the files it was made from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simulator.launch.inputs import Inputs
from simulator.launch.options import Options
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.snapshot import snapshot_text
from simulator.run.directory import PROFILE_FILE, RATES_FILE, SCENARIO_FILE, RunDirectory
from simulator.run.kept import ANSWER_SCHEMA, LABELS, STRATEGIES
from simulator.scenario.quality import Quality
from simulator.scenario.scenario import Scenario
from simulator.strategies.effects import BATCH


def keep(inputs: Inputs, directory: RunDirectory, options: Options) -> None:
    """Copy what was read; a user's own prompts only when asked: they may hold what nobody else should read."""
    directory.keep(inputs.scenario_path, name=Path(SCENARIO_FILE).name)
    if inputs.profile_path:
        directory.keep(inputs.profile_path, name=Path(PROFILE_FILE).name)
    if options.tried:
        directory.keep(options.tried, name=f"{STRATEGIES}{options.tried.suffix}")
    for named, name in _of_quality(inputs.scenario.quality):
        directory.keep(inputs.scenario_path.parent / named, name=f"{name}{named.suffix}")
    if inputs.foretold:
        inputs.foretold.write(directory.path)
    for number, chats in enumerate(inputs.chats.values() if options.keep_prompts else (), 1):
        for file in chats.files:
            directory.keep(file, name=f"prompts-{number}-{file.name}")
    book = inputs.book
    text = snapshot_text(
        rates(inputs),
        contracts=book.contracts,
        commitments=book.commitments,
        free=book.free_pools,
        attempts=book.replaced_attempts,
    )
    (directory.path / RATES_FILE).write_text(text, encoding="utf-8")


def _of_quality(quality: Quality | None) -> Iterator[tuple[Path, str]]:
    """Files that say how good answers are, with the name that they are kept by."""
    if quality and quality.labels:
        yield quality.labels, LABELS
    if quality and quality.validator and isinstance(quality.validator.fits, Path):
        yield quality.validator.fits, ANSWER_SCHEMA


def rates(inputs: Inputs) -> list[dict[str, str]]:
    """The prices of its models from the run on until the projection ends, at each tier that is asked.

    The batch tier is kept wherever there is one: what could have waited is asked about afterwards.
    """
    trees = inputs.strategies.values()
    tiers = {(model, BATCH) for model in inputs.models()}.union(*(tree.tiers() for tree in trees))
    named = set[tuple[str, str]]().union(*(tree.providers() for tree in trees))
    end, rows = _projection_end(inputs.scenario), []
    for model in sorted(inputs.models()):
        for name in (model, *sorted(f"{provider}/{model}" for asked, provider in named if asked == model)):
            own = sorted(tier for asked, tier in tiers if asked == model and _priced(inputs, name, tier))
            rows += inputs.book.snapshot([name], inputs.at, until=end, tiers=(None, *own))
    return rows


def _priced(inputs: Inputs, model: str, tier: str) -> bool:
    try:
        inputs.book.rates(model, at=inputs.at, tier=tier)
    except UnknownPrice:
        return False
    return True


def _projection_end(scenario: Scenario) -> datetime:
    start = scenario.launch.starts
    return datetime(start.year, start.month, 1, tzinfo=UTC) + timedelta(days=31 * (scenario.projection.months + 1))
