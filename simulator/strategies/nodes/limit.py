"""Hold calls back so that a provider does not refuse them: an even pace, some patience, and somewhere else to go."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from simulator.strategies.effects import Serving, Turn, Wait
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Count, Duration, Rate


@dataclass(slots=True)
class Pace:
    """When the next request may go if all came evenly (the theoretical arrival time of GCRA, ITU-T I.371)."""

    next_at: float = float("-inf")


class Limit(Node):
    """Let `rate` requests a second into `of`, `burst` of them at once; one that would wait longer takes `otherwise`.

    Each process of a live run keeps a pace of its own: divide the rate by their number.
    """

    kind: Literal["limit"] = "limit"
    of: Child
    otherwise: Child
    rate: Rate
    burst: Annotated[Count, Field(ge=1)] = 1
    patience: Duration = 0.0
    """How long a request may wait for its place."""

    @property
    def remembers(self) -> bool:
        return True

    def serve(self, turn: Turn) -> Serving:
        wait = self.admit(turn.memory.setdefault(self.path, Pace()), turn.at)
        if wait is None:
            return (yield from self.otherwise.serve(turn))
        if wait > 0:
            yield Wait(wait)
        return (yield from self.of.serve(turn))

    def admit(self, pace: Pace, now: float) -> float | None:
        """Seconds until this request may go, or None where that is beyond its patience."""
        step = 1 / self.rate
        due = max(pace.next_at, now)
        wait = max(0.0, due - now - (self.burst - 1) * step)
        if wait > self.patience:
            return None
        pace.next_at = due + step
        return wait
