"""Amazon Bedrock: requests and tokens per minute, where an output token burns several tokens of the quota."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from simulator.provider.limits.style import Axis, Demand, Limit, LimitStyle, RetryAfter, Standing
from simulator.units import Count


class BedrockLimits(LimitStyle):
    """RPM and TPM. Input plus `max_tokens` is reserved; the end counts uncached input plus output × `output_burn`.

    AWS, "Token burndown rates" of the Bedrock quotas: 5 for the listed Claude models, 1 otherwise; cache reads are
    given back. No headers: a caller learns of the quota by being refused.
    """

    style: Literal["bedrock"]
    requests_per_minute: Count = Field(gt=0)
    tokens_per_minute: Count = Field(gt=0)
    retry_after: RetryAfter = "none"
    output_burn: int = Field(default=1, ge=1)
    default_max_tokens: Count = 0
    """Reserved for the answer where the request names no maximum."""

    def limits(self) -> list[Limit]:
        return [
            Limit("requests", self.requests_per_minute, self.style, self.burst),
            Limit("tokens", self.tokens_per_minute, self.style, self.burst),
        ]

    def reserve(self, demand: Demand) -> dict[Axis, int]:
        answer = self.default_max_tokens if demand.max_output_tokens is None else demand.max_output_tokens
        return {"requests": 1, "tokens": demand.input_tokens + answer}

    def settle(self, demand: Demand, output_tokens: int) -> dict[Axis, int]:
        uncached = demand.input_tokens - demand.cached_tokens
        return {"requests": 1, "tokens": uncached + output_tokens * self.output_burn}

    def headers(self, standings: Mapping[Axis, Standing], *, at_unix: float) -> dict[str, str]:
        del standings, at_unix
        return {}
