"""How long a model takes, as pure functions of the profile, the load and a keyed draw. Seconds and tokens."""

import math
from typing import Annotated

from pydantic import Field

from simulator import draws
from simulator.units import Count, Duration, Share
from simulator.yamlfile import FileModel

Spread = Annotated[float, Field(ge=0, le=3)]
"""Coefficient of variation (standard deviation ÷ mean)."""


class FirstToken(FileModel):
    """Time from admission to the first token: `J · (base + per_1k_uncached · uncached/1000)`, J lognormal with mean 1.

    A share of requests is slow by a factor: hosted latency has two modes, and a lognormal alone has no such shoulder.
    """

    base: Duration = Field(gt=0)
    per_1k_uncached: Duration
    cv: Spread
    slow_share: Share = 0.0
    slow_factor: float = Field(default=1.0, ge=1)

    def prefill_s(self, uncached: int) -> float:
        """How long the prompt occupies its replica's prefill lane: the part that queues."""
        return self.per_1k_uncached * uncached / 1000

    def wait_s(self, uncached: int, *, seed: int, key: str) -> float:
        """Time to the first token without queueing."""
        slow = draws.uniform(seed, "provider.slow", key) < self.slow_share
        jitter = multiplier(self.cv, draws.normal(seed, "provider.first_token", key))
        return (self.base + self.prefill_s(uncached)) * jitter * (self.slow_factor if slow else 1.0)


class PerToken(FileModel):
    """Time per output token with n answers being written on the same replica: `J · (base + per_sequence · n)`.

    Linear in n below saturation: residual 0.05 ms on vLLM 0.23, L4, 1 to 32 sequences. J is drawn once per request.
    """

    base: Duration = Field(gt=0)
    per_sequence: Duration
    cv: Spread

    def step_s(self, writing: int) -> float:
        """Seconds per token for J = 1."""
        return self.base + self.per_sequence * writing

    def stretch(self, *, seed: int, key: str) -> float:
        """J of one request."""
        return multiplier(self.cv, draws.normal(seed, "provider.per_token", key))


class Reasoning(FileModel):
    """Tokens that a model writes before its visible answer, and bills as output: lognormal around a median."""

    median: Count = Field(gt=0)
    sigma: float = Field(ge=0, le=3)
    share: Share = 1.0
    """Share of requests that reason at all."""

    def tokens(self, *, seed: int, key: str) -> int:
        """How many for one request."""
        if draws.uniform(seed, "provider.reasons", key) >= self.share:
            return 0
        return max(1, round(self.median * math.exp(self.sigma * draws.normal(seed, "provider.reasoning", key))))


def multiplier(cv: float, z: float) -> float:
    """Lognormal of mean 1 and standard deviation `cv` at the standard normal `z`: exp(σz − σ²/2), σ² = ln(1 + cv²)."""
    variance = math.log1p(cv * cv)
    return math.exp(math.sqrt(variance) * z - variance / 2)
