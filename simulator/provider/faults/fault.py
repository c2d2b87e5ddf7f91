"""What every fault says: when it strikes, and what it does to an answer."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from simulator import draws
from simulator.units import Duration, Share
from simulator.yamlfile import FileModel

Ending = Literal["rst", "fin", "error", "utf8"]
"""How a stream ends early: connection reset, closed, an error event, or in the middle of a character."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What happens to one answer. The staging endpoint does it on the wire, the rehearsal counts what a client sees."""

    kind: str = ""
    """The fault's word, for logs and counts."""
    status: int | None = None
    """Answer with this status instead of serving."""
    retry_after_s: float | None = None
    delay_s: float = 0.0
    """Headers, or the refusal, leave this much later."""
    drop: bool = False
    """Reset the connection before any byte of an answer."""
    ends_after: int | None = None
    """Tokens after which the stream ends, in the way of `ending`."""
    ending: Ending = "rst"
    stall_after: int = 0
    stall_s: float = 0.0
    """Nothing leaves for so long once `stall_after` tokens have left."""
    malformed_after: int | None = None
    """Tokens after which one event is not JSON."""
    no_done: bool = False
    no_usage: bool = False
    slower: float = 1.0
    """Factor on the time to the first token and per token."""
    flush_cache: bool = False

    @property
    def refuses(self) -> bool:
        """Whether the order is never handed to a machine."""
        return self.status is not None or self.drop


class Fault(FileModel):
    """Strikes every order that meets all of its conditions; by header it strikes that request, whatever they say."""

    rate: Share = 1.0
    between: tuple[Duration, Duration] | None = None
    """From the first to before the second, seconds since the endpoint's reset or the rung's start."""
    first: int | None = Field(default=None, ge=1)
    """Only the first so many orders of a model."""
    every: int | None = Field(default=None, ge=1)
    """Only each so manieth order of a model."""
    attempts: int | None = Field(default=None, ge=1)
    """Only attempts up to this number, by the order's key: `attempts: 2` lets the third sending through."""
    models: tuple[str, ...] = ()
    """Only these models; empty means all."""

    @model_validator(mode="after")
    def _window_runs_forward(self) -> "Fault":
        if self.between and self.between[0] >= self.between[1]:
            raise ValueError("between: the first time must be before the second")
        return self

    @abstractmethod
    def damage(self) -> Damage:
        """What it does."""

    def strikes(self, *, model: str, key: str, number: int, now: float, seed: int, place: int) -> bool:
        """Whether it hits the `number`-th order (from 1) of a model; `place` tells faults of one profile apart."""
        return (
            (not self.models or model in self.models)
            and (self.between is None or self.between[0] <= now < self.between[1])
            and (self.first is None or number <= self.first)
            and (self.every is None or number % self.every == 0)
            and (self.attempts is None or attempt_of(key) <= self.attempts)
            and (self.rate >= 1 or draws.uniform(seed, f"provider.fault.{place}", key) < self.rate)
        )


def attempt_of(key: str) -> int:
    """The attempt's number in `request/call/attempt`; 1 where the key has another form."""
    last = key.rpartition("/")[2]
    return int(last) if last.isascii() and last.isdigit() else 1
