"""What an attempt bills, by how it ended: data in `pricing/attempts.yaml`, each row with its source."""

from functools import lru_cache
from typing import Literal

from pydantic import model_validator

from simulator.calls import UNSENT, Outcome
from simulator.shipped import shipped
from simulator.yamlfile import FileModel, load

Bills = Literal["all", "reported", "none"]


class Attempt(FileModel):
    """What one kind of ending bills, for what was sent and for what came back."""

    input: Bills
    output: Bills
    source: str


class Attempts(FileModel):
    """The table: every outcome that an attempt can have."""

    outcomes: dict[Outcome, Attempt] = {}
    providers: dict[str, dict[Outcome, Attempt]] = {}

    def of(self, outcome: str, provider: str | None) -> Attempt:
        """What an attempt with this outcome bills at this provider."""
        word = Outcome(outcome)
        return self.providers.get(provider or "", {}).get(word) or self.outcomes[word]

    def replaced_by(self, other: "Attempts") -> "Attempts":
        """This table with the rows of `other` in place of its own."""
        names = {*self.providers, *other.providers}
        providers = {name: self.providers.get(name, {}) | other.providers.get(name, {}) for name in names}
        return Attempts.model_construct(outcomes=self.outcomes | other.outcomes, providers=providers)


class WholeAttempts(Attempts):
    """The shipped table, which must leave nothing out."""

    @model_validator(mode="after")
    def _whole(self) -> "WholeAttempts":
        if missing := set(Outcome) - UNSENT - self.outcomes.keys():
            raise ValueError(f"outcomes without a row: {', '.join(sorted(missing))}")
        return self


@lru_cache(1)
def shipped_attempts() -> Attempts:
    """The shipped table."""
    return load(shipped("pricing/attempts.yaml"), WholeAttempts)
