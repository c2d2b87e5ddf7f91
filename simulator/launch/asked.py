"""What strategies ask, held against who can price, serve and send it: each problem stands at its strategy."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.provider import structured
from simulator.provider.profile import Profile
from simulator.scenario.scenario import Scenario
from simulator.strategies.node import Node


def unknown_models(
    path: Path, also: Path | None, scenario: Scenario, *, book: PriceBook, profile: Profile | None, at: datetime
) -> Iterator[str]:
    """A model or tier that nobody can price or serve, at the strategy that asks it."""
    for name, strategy in scenario.strategies.items():
        where, models = _where(name, path, also), sorted(strategy.models())
        for model, tier in [*((model, None) for model in models), *sorted(strategy.tiers())]:
            try:
                book.rates(model, at=at, tier=tier)
            except UnknownPrice as error:
                yield f"{where}: {error}"
        for model in models:
            if profile and model not in profile.models:
                served = ", ".join(profile.models)
                yield (
                    f"{where}: the profile {scenario.target.staging} serves no {model!r}; it has {served}: "
                    "add the model to it, or send to a --target"
                )


def refuse_unsent(path: Path, also: Path | None, strategies: Mapping[str, Node]) -> None:
    """Raises `InvalidFile` for strategies that a load test cannot send; `also` is the file of further ones."""
    unsent = {name: node for name, tree in strategies.items() if (node := tree.unsent())}
    if unsent:
        raise InvalidFile(
            *(
                f"{_where(name, path, also)}: a load test cannot send {node.path}, whose API is another; try "
                "`tenfold rehearse`, or `tenfold compare RUN --try FILE`, and leave it out here with --strategy"
                for name, node in unsent.items()
            )
        )


def refuse_unmade(path: Path, scenario: Scenario) -> None:
    """Raises `InvalidFile` for a form of answers that a simulated model cannot make up."""
    try:
        structured.wanted(scenario.target.body)
    except ValueError as error:
        raise InvalidFile(f"{path}:{yamlfile.place(yamlfile.read_text(path), ('target', 'body'))}: {error}") from None


def _where(name: str, *files: Path | None) -> str:
    """`file:line:col: strategies.name` of the last file that has it; without a line where another format says it."""
    given = [file for file in files if file]
    for file in reversed(given):
        text = yamlfile.read_text(file)
        place = yamlfile.place(text, ("strategies", name))
        if place != yamlfile.place(text, ("strategies",)):
            return f"{file}:{place}: strategies.{name}"
    return f"{given[-1]}: strategies.{name}"
