"""A scenario: what a launch looks like, what it must hold, and the ways to serve it. One YAML file, checked whole."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.scenario.claim import ScenarioClaim
from simulator.scenario.objective import Objective
from simulator.scenario.projection import Budget, Launch, ProjectionPlan
from simulator.scenario.target import Target
from simulator.strategies.library import Library
from simulator.strategies.tree import Strategies
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
    labels: Path | None = None
    """Judgements of the models' answers, beside the scenario file: what its claims about quality are judged by."""

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

    @property
    def baseline(self) -> str:
        return next(iter(self.strategies))

    def models(self) -> dict[str, set[str]]:
        """The models that each strategy may ask."""
        return {name: strategy.models() for name, strategy in self.strategies.items()}


def load(path: Path, *, also: Path | None = None) -> Scenario:
    """Read a scenario, and add the strategies of a file of their own. Raises `InvalidFile` with every problem."""
    scenario = yamlfile.load(path, Scenario)
    if also is None:
        return scenario
    added = Library.load(also).strategies
    if taken := [name for name in added if name in scenario.strategies]:
        raise InvalidFile(f"{also}: strategies: {', '.join(taken)}: {path} has it already; choose another name")
    return scenario.model_copy(update={"strategies": {**scenario.strategies, **added}})
