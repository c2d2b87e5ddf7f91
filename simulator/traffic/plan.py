"""The `traffic:` block of a scenario: when sessions start and what they do. It stands for 1×."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from simulator.registry import family
from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.journey import Journey
from simulator.yamlfile import FileModel

if TYPE_CHECKING:
    AnyArrivals = Arrivals
else:
    AnyArrivals = family("simulator.traffic.arrivals", Arrivals)


class Traffic(FileModel):
    """Session arrivals × weighted journeys."""

    arrivals: AnyArrivals
    """Of sessions, not of requests: a session's later turns follow from it."""
    journeys: list[Journey] = Field(min_length=1)

    @field_validator("journeys")
    @classmethod
    def _shares(cls, journeys: list[Journey]) -> list[Journey]:
        names = [journey.name for journey in journeys]
        if len(set(names)) < len(names):
            raise ValueError(f"names must differ, got {', '.join(names)}")
        total = sum(journey.weight for journey in journeys)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the weights add up to {100 * total:.4g}%, must be 100%")
        return journeys
