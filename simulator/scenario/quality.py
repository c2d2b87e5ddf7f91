"""How good answers are, and who says so: a team's judgements, a check of each answer, or a declared prior."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_serializer, model_validator

from simulator.check import Check
from simulator.strategies.ranges import Share
from simulator.yamlfile import FileModel

Source = Literal["labels", "validator", "assumed"]
Prior = Share | dict[Literal["easy", "hard"], Share]


class Validator(Check):
    """A check of every answer as it arrives; its verdict stands in the answer's row, its text nowhere."""

    journeys: list[str] | None = Field(default=None, min_length=1)
    """Whose answers are checked; None: those of every journey."""

    @model_serializer
    def _form_with_journeys(self) -> Any:
        """As it is written in a file."""
        form = self.form()
        if self.journeys is None:
            return form
        return ({"format": form} if isinstance(form, str) else form) | {"journeys": self.journeys}

    def checks(self, journey: str) -> bool:
        return self.journeys is None or journey in self.journeys


class Quality(FileModel):
    """At least one source. The first that is there is the one that quality is read from; they are never mixed."""

    labels: Path | None = None
    """Judgements of the models' answers, beside the scenario file: `request_id, model, quality`."""
    validator: Validator | None = None
    assumed: dict[str, Prior] | None = Field(default=None, min_length=1)
    """Model → how often its answers are good, where nobody has looked; for all requests, or the easy and hard ones."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        if self.source is None:
            raise ValueError("say where quality comes from: labels, validator or assumed")
        return self

    @property
    def source(self) -> Source | None:
        known: dict[Source, object] = {"labels": self.labels, "validator": self.validator, "assumed": self.assumed}
        return next((name for name, value in known.items() if value is not None), None)
