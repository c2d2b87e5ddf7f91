"""What every rate-limit style must say. A style is one class in one file of this folder."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from simulator.units import Duration
from simulator.yamlfile import FileModel

RetryAfter = Literal["exact", "rounded", "none"]
Axis = Literal["requests", "tokens", "input_tokens", "output_tokens"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One quota of a model, in requests or tokens: refilled continuously, at most `burst_s` seconds of it saved up."""

    axis: Axis
    per_minute: int
    style: str
    burst_s: float

    @property
    def capacity(self) -> float:
        """Most that the bucket holds, in requests or tokens."""
        return self.per_minute / 60 * self.burst_s


@dataclass(frozen=True, slots=True)
class Demand:
    """What the limiter knows of a request when it arrives. Tokens; `input_tokens` includes the cached ones."""

    input_tokens: int
    cached_tokens: int = 0
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One bucket as its headers show it."""

    limit: int
    remaining: int
    reset_s: float
    """Seconds until the bucket is full."""


def tightest_tokens(standings: Mapping[Axis, Standing]) -> Standing | None:
    """Of the token quotas, the one that is nearest to its end."""
    tokens = [standing for axis, standing in standings.items() if axis != "requests"]
    return min(tokens, key=lambda standing: standing.remaining / standing.limit, default=None)


class LimitStyle(FileModel):
    """Charges per axis. A charge settled later may leave a bucket below zero: it then refuses until refilled."""

    burst: Duration = Field(default=5.0, gt=0)
    count_refused: bool = True
    """Whether a request refused for its tokens still costs one request (OpenAI's cookbook on rate limits: it does)."""

    retry_after: RetryAfter = "exact"
    """What a refusal says of when to come back: to the millisecond, in whole seconds up, or nothing."""

    def told_wait(self, wait_s: float | None) -> float | None:
        """The wait as a caller is told it."""
        if wait_s is None or self.retry_after == "none":
            return None
        return float(math.ceil(wait_s)) if self.retry_after == "rounded" else wait_s

    @abstractmethod
    def limits(self) -> list[Limit]:
        """The quotas in force."""

    @abstractmethod
    def reserve(self, demand: Demand) -> dict[Axis, int]:
        """What must be there for the request to be admitted, and is taken then."""

    @abstractmethod
    def settle(self, demand: Demand, output_tokens: int) -> dict[Axis, int]:
        """What the request cost in the end; the difference to `reserve` is given back or taken."""

    @abstractmethod
    def headers(self, standings: Mapping[Axis, Standing], *, at_unix: float) -> dict[str, str]:
        """Response headers; `at_unix` is the wall clock in seconds, for styles that print instants."""
