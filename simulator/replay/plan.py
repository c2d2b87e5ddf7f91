"""What a replay process is told: one JSON file that names the trace, the rungs, the target and the limits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from simulator.errors import InvalidFile
from simulator.scenario.quality import Validator
from simulator.scenario.target import AppShape, Timeouts
from simulator.strategies.node import Node
from simulator.strategies.tree import Strategies
from simulator.traffic.multiply import Meaning


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rung(_Part):
    """One measured step: the trace at a scale, served by one strategy."""

    scale: PositiveFloat
    strategy: str
    replicate: PositiveInt = 1
    sessions: frozenset[str] | None = None
    """Only these sessions of the multiplied trace, for a sample; None: all."""


class Target(_Part):
    """Where requests go. The key itself stands in no file: only the name of the variable that holds it."""

    base_url: str
    """As the vendors' own clients want it: `https://api.example.com/v1`; `/v1` is added to a URL without a path."""
    api: Literal["chat", "responses", "messages", "app"] = "chat"
    app: AppShape | None = None
    """How to ask and read an application, where `api` is `app`."""
    key_env: str | None = None
    models: dict[str, str] = Field(default_factory=dict)
    """A strategy's model name → the name that the target knows it by; a model that is not listed keeps its name."""
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    """Further fields of every request for an answer."""
    timeouts: Timeouts = Timeouts()
    ca_file: Path | None = None
    """Certificates to trust beside the system's, for a target with a private authority."""

    @model_validator(mode="after")
    def _has_its_shape(self) -> "Target":
        if (self.api == "app") != (self.app is not None):
            raise ValueError("api: app and the app's shape go together; give both or neither")
        return self


class OwnPrompts(_Part):
    """A user's chats, where they lie. Their words stand in no file of the run."""

    path: Path
    sha256: str
    """A process that reads other chats refuses to start."""


class Guards(_Part):
    """When to stop before the end, keeping what was recorded. None: never."""

    max_spend_usd: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")] | None = None
    max_error_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    """Share of settled requests of a rung that were not answered."""
    min_requests: PositiveInt = 50
    """Settled requests before the error rate is judged: fewer say little."""


class ReplayPlan(_Part):
    """The whole of a replay. Every process reads the same plan and trace and takes its own share of the sessions."""

    run_dir: Path
    trace: Path
    trace_digest: str
    """`Trace.digest()`; a process that reads another trace refuses to start."""
    meaning: Meaning = "clone"
    """What a scale means, as in `simulator.traffic.multiply`."""
    jitter_s: NonNegativeFloat | None = None
    prompts: dict[str, OwnPrompts] = Field(default_factory=dict)
    """By journey: what its requests send instead of synthetic text."""
    seed: int
    rungs: list[Rung] = Field(min_length=1)
    strategies: Strategies
    """As in the scenario's YAML, by name."""
    usd_per_million: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Model → usage meter → rate, as decimal text; needed for `max_spend_usd` and for a budget in dollars."""
    target: Target
    duration_s: PositiveFloat
    """The planned span of a rung; what is due later is sent in the drain and lies outside the window."""
    drain_s: NonNegativeFloat = 600.0
    """How long after the span later turns and open answers may take before they are cut."""
    cooldown_s: NonNegativeFloat = 0.0
    """Pause between rungs against a target that cannot be reset."""
    users: PositiveInt | None = None
    """Closed loop: this many sessions at a time, each started when one ends, instead of the trace's times."""
    guards: Guards = Guards()
    validator: Validator | None = None
    """What every answer is checked by as it ends; its schema stands in it."""

    @model_validator(mode="after")
    def _is_whole(self) -> "ReplayPlan":
        """Every rung names a strategy; what counts dollars knows the rates of every model that may be asked."""
        if unknown := {rung.strategy for rung in self.rungs} - self.strategies.keys():
            raise ValueError(f"rungs name strategies that are not there: {', '.join(sorted(unknown))}")
        trees = [self.strategies[rung.strategy] for rung in self.rungs]
        counting = trees if self.guards.max_spend_usd is not None else [one for one in trees if one.counts_dollars()]
        if unpriced := sorted({model for tree in counting for model in self._unpriced(tree)}):
            raise ValueError(f"max_spend_usd or a budget in dollars needs rates of {', '.join(unpriced)}")
        return self

    def _unpriced(self, tree: Node) -> Iterator[str]:
        for models, meters in ((tree.embedders(), ("input",)), (tree.answerers(), ("input", "output"))):
            needed = {f"{meter}_tokens" for meter in meters}
            yield from (model for model in models if not needed <= self.usd_per_million.get(model, {}).keys())

    @classmethod
    def read(cls, path: Path) -> "ReplayPlan":
        """The plan of a file. Raises `InvalidFile` with the first line of every problem."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise InvalidFile(f"{path}: cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise InvalidFile(f"{path}: not a replay plan: {error}") from None

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
