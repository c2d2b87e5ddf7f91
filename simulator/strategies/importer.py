"""What every importer of a router's own configuration does: recognise it, and say it in node words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from simulator.errors import BadInput


class RouterFile(BaseModel):
    """A block of a router's file: the keys that are read here. What else stands there is the router's business."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def says(self, name: str) -> bool:
        """Whether a key that is not read here stands in the file."""
        return name in (self.model_extra or {})


@dataclass(slots=True)
class Imported:
    """Strategies in their file form, and what the configuration says that they do not."""

    strategies: dict[str, Any]
    notes: list[str] = field(default_factory=list)


class Importer(ABC):
    """One format. A subclass in its own file is found by itself."""

    file: ClassVar[type[RouterFile]]
    """What such a file has to be; anything else is told with its place before `read`."""

    @classmethod
    @abstractmethod
    def recognises(cls, content: Mapping[str, Any]) -> bool:
        """Whether a file with this content is of this format."""

    @classmethod
    @abstractmethod
    def read(cls, content: Any) -> Imported:
        """The strategies of a `file`. Raises BadInput at the place of what cannot be said in node words."""


def split(weights: Mapping[str, float], nodes: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Requests shared out by weight. Raises BadInput where nothing has one."""
    parts = {name: {"share": share, "of": nodes[name]} for name, share in shares(weights, place).items()}
    return {"split": {"parts": parts, "by": "request"}}


def shares(weights: Mapping[str, float], place: str) -> dict[str, float]:
    """Weights as shares of one; the last takes the rounding. Raises BadInput where nothing has a weight."""
    total = sum(weights.values())
    if total <= 0:
        raise BadInput(f"{place}: the weights must sum to more than 0")
    found = {name: round(weight / total, 9) for name, weight in weights.items()}
    last = next(reversed(found))
    found[last] = round(1 - sum(share for name, share in found.items() if name != last), 9)
    return found
