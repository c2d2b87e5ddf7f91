"""What every importer of a router's own configuration does: recognise it, and say it in node words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import BadInput


@dataclass(slots=True)
class Imported:
    """Strategies in their file form, and what the configuration says that they do not."""

    strategies: dict[str, Any]
    notes: list[str] = field(default_factory=list)


class Importer(ABC):
    """One format. A subclass in its own file is found by itself."""

    @classmethod
    @abstractmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        """Whether a file with this content is of this format."""

    @classmethod
    @abstractmethod
    def read(cls, content: Mapping[str, Any]) -> Imported:
        """The strategies of a file. Raises BadInput at the place of what cannot be said in node words."""


def shares(weights: Mapping[str, float], place: str) -> dict[str, float]:
    """Weights as shares of one; the last takes the rounding. Raises BadInput where nothing has a weight."""
    total = sum(weights.values())
    if total <= 0:
        raise BadInput(f"{place}: the weights must sum to more than 0")
    found = {name: round(weight / total, 9) for name, weight in weights.items()}
    last = next(reversed(found))
    found[last] = round(1 - sum(share for name, share in found.items() if name != last), 9)
    return found
