"""Anthropic: requests, input tokens and output tokens per minute, each with its own bucket."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from simulator.provider.limits.style import Axis, Demand, Limit, LimitStyle, RetryAfter, Standing, tightest_tokens
from simulator.units import Count


class AnthropicLimits(LimitStyle):
    """RPM, ITPM and OTPM. Cache reads are free of ITPM; OTPM counts what was written, so a debt shows afterwards.

    Anthropic's page on rate limits: header names, instants as RFC 3339, cache reads not counted for current models. It
    counts output while it is written; here it counts at the answer's end. Theirs are rounded to thousands, ours exact.
    """

    style: Literal["anthropic"]
    requests_per_minute: Count = Field(gt=0)
    input_tokens_per_minute: Count = Field(gt=0)
    output_tokens_per_minute: Count = Field(gt=0)
    retry_after: RetryAfter = "rounded"

    def limits(self) -> list[Limit]:
        return [
            Limit("requests", self.requests_per_minute, self.style, self.burst),
            Limit("input_tokens", self.input_tokens_per_minute, self.style, self.burst),
            Limit("output_tokens", self.output_tokens_per_minute, self.style, self.burst),
        ]

    def reserve(self, demand: Demand) -> dict[Axis, int]:
        return {"requests": 1, "input_tokens": demand.input_tokens - demand.cached_tokens, "output_tokens": 0}

    def settle(self, demand: Demand, output_tokens: int) -> dict[Axis, int]:
        return self.reserve(demand) | {"output_tokens": output_tokens}

    def headers(self, standings: Mapping[Axis, Standing], *, at_unix: float) -> dict[str, str]:
        shown: dict[str, str] = {}
        told = {axis.replace("_", "-"): standing for axis, standing in standings.items()}
        tightest = tightest_tokens(standings)
        for axis, standing in (told | ({"tokens": tightest} if tightest else {})).items():
            name = f"anthropic-ratelimit-{axis}"
            shown[f"{name}-limit"] = str(standing.limit)
            shown[f"{name}-remaining"] = str(standing.remaining)
            shown[f"{name}-reset"] = instant_text(at_unix + standing.reset_s)
        return shown


def instant_text(unix: float) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return datetime.fromtimestamp(round(unix), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
