"""A scenario: what a launch looks like, what it must hold, and the ways to serve it. One YAML file, checked whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.scenario.claim import ScenarioClaim
from simulator.scenario.objective import Objective
from simulator.scenario.projection import Budget, Launch, ProjectionPlan
from simulator.scenario.quality import Quality
from simulator.scenario.target import Target
from simulator.strategies.axis import Axis, Sweeps
from simulator.strategies.library import Library
from simulator.strategies.tree import Strategies
from simulator.strategies.variants import refuse_unknown
from simulator.traffic.plan import Traffic
from simulator.yamlfile import FileModel

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
"""Lower-case words joined by hyphens; it becomes part of a directory's name."""


class Scenario(FileModel):
    """Everything that a run needs besides prices and a trace."""

    name: Name
    description: str = ""
    seed: int = 1
    launch: Launch
    traffic: Traffic
    objectives: list[Objective] = Field(min_length=1)
    budget: Budget | None = None
    target: Target
    strategies: Strategies
    """The first one is the baseline that the others are compared with."""
    projection: ProjectionPlan = ProjectionPlan()
    claims: list[ScenarioClaim] = Field(default_factory=list)
    """Sentences that the run must bear out; one that fails or has no data ends it with code 99."""
    sweep: Sweeps = {}
    """Option by its path → the values that `compare RUN` prices it at, over what the run recorded."""
    quality: Quality | None = None
    """Who says how good answers are: what claims about quality, and cost against quality, are read from."""

    @model_validator(mode="after")
    def _claims_are_about_one_strategy(self) -> "Scenario":
        others = list(self.strategies)[1:]
        for number, claim in enumerate(self.claims):
            if claim.strategy is None and len(others) != 1:
                known = ", ".join(others) or "none beside the baseline"
                raise ValueError(
                    f"claims.{number}: say which strategy it is about, as in {{says: …, strategy: {known}}}"
                )
            if claim.strategy is not None and claim.strategy not in others:
                known = ", ".join(others) or "none"
                raise ValueError(f"claims.{number}: strategy {claim.strategy!r} is not compared; known: {known}")
        return self

    @model_validator(mode="after")
    def _sweeps_what_is_there(self) -> "Scenario":
        refuse_unknown(self.strategies, self.sweep)
        return self

    @model_validator(mode="after")
    def _quality_speaks_of_what_is_there(self) -> "Scenario":
        if problem := next(_unknown(self), None):
            raise ValueError(problem)
        return self

    @property
    def baseline(self) -> str:
        return next(iter(self.strategies))

    @property
    def axes(self) -> tuple[Axis, ...]:
        return Axis.of(self.sweep)

    def models(self) -> dict[str, set[str]]:
        """The models that each strategy may ask."""
        return {name: strategy.models() for name, strategy in self.strategies.items()}


def load(path: Path, *, also: Path | None = None) -> Scenario:
    """Read a scenario, and add the strategies of a file of their own. Raises `InvalidFile` with every problem."""
    scenario = yamlfile.load(path, Scenario, missing="`tenfold init NAME` makes a scenario")
    if also is None:
        return scenario
    library = Library.load(also)
    added = library.strategies
    if taken := [name for name in added if name in scenario.strategies]:
        raise InvalidFile(f"{also}: strategies: {', '.join(taken)}: {path} has it already; choose another name")
    whole = scenario.model_copy(
        update={
            "strategies": {**scenario.strategies, **added},
            "sweep": {**scenario.sweep, **{axis.key: axis.values for axis in library.sweep}},
        }
    )
    if problem := next(_unknown(whole), None):
        raise InvalidFile(f"{also}: {problem}")
    return whole


def _unknown(scenario: Scenario) -> Iterator[str]:
    """What `quality` names that the scenario does not have, and what a strategy wants of it that it does not say."""
    quality = scenario.quality
    validator = quality.validator if quality else None
    journeys, models = [one.name for one in scenario.traffic.journeys], set[str]().union(*scenario.models().values())
    if validator is None:
        if asked := next((one.text for one in scenario.objectives if one.metric == "valid"), None):
            yield f"objectives: {asked!r} asks a validator; declare it in quality.validator"
        for name, node in scenario.strategies.items():
            if node.needs_validator():
                yield f"strategies.{name}: `accept: valid` asks a validator; declare it in quality.validator"
    for name in (validator and validator.journeys) or ():
        if name not in journeys:
            yield f"quality.validator.journeys: {name!r} is no journey of this scenario; known: {', '.join(journeys)}"
    for name in (quality and quality.assumed) or ():
        if name not in models:
            yield f"quality.assumed: no strategy asks {name!r}; known: {', '.join(sorted(models))}"
