"""OpenAI: requests and tokens per minute, prompt plus `max_tokens` reserved at admission."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from simulator.provider.limits.style import Axis, Demand, Limit, LimitStyle, Standing
from simulator.units import Count


class OpenAILimits(LimitStyle):
    """RPM and TPM. Cached input counts. A request without `max_tokens` reserves its prompt only.

    Header names and the form of their values are OpenAI's rate-limit guide; that the reservation is settled to what was
    really written is not documented by them, so `settled` is a knob.
    """

    style: Literal["openai"]
    requests_per_minute: Count = Field(gt=0)
    tokens_per_minute: Count = Field(gt=0)
    settled: bool = True

    def limits(self) -> list[Limit]:
        return [
            Limit("requests", self.requests_per_minute, self.style, self.burst),
            Limit("tokens", self.tokens_per_minute, self.style, self.burst),
        ]

    def reserve(self, demand: Demand) -> dict[Axis, int]:
        return {"requests": 1, "tokens": demand.input_tokens + (demand.max_output_tokens or 0)}

    def settle(self, demand: Demand, output_tokens: int) -> dict[Axis, int]:
        if not self.settled:
            return self.reserve(demand)
        return {"requests": 1, "tokens": demand.input_tokens + output_tokens}

    def headers(self, standings: Mapping[Axis, Standing], *, at_unix: float) -> dict[str, str]:
        del at_unix  # OpenAI prints durations, not instants
        shown = {}
        for axis, standing in standings.items():
            shown[f"x-ratelimit-limit-{axis}"] = str(standing.limit)
            shown[f"x-ratelimit-remaining-{axis}"] = str(standing.remaining)
            shown[f"x-ratelimit-reset-{axis}"] = duration_text(standing.reset_s)
        return shown


def duration_text(seconds: float) -> str:
    """`12ms`, `1s`, `1.5s`, `6m0s`: the form of OpenAI's reset headers (Go's duration notation)."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{rest:g}s"
