"""What each provider's style reserves, settles and says in headers."""

import pytest

from simulator.errors import InvalidFile
from simulator.provider.limiter import Limiter
from simulator.provider.limits.anthropic import AnthropicLimits, instant_text
from simulator.provider.limits.bedrock import BedrockLimits
from simulator.provider.limits.openai import OpenAILimits
from simulator.provider.limits.style import Demand
from simulator.provider.profile import Profile
from simulator.yamlfile import parse
from tests.provider.profiles import profile

ANTHROPIC = AnthropicLimits(
    style="anthropic", requests_per_minute=60, input_tokens_per_minute=6_000, output_tokens_per_minute=600, burst="60s"
)
BEDROCK = BedrockLimits(style="bedrock", requests_per_minute=60, tokens_per_minute=60_000, output_burn=5, burst="60s")


@pytest.mark.parametrize(
    ("style", "reserved", "settled"),
    [
        (
            OpenAILimits(style="openai", requests_per_minute=1, tokens_per_minute=1),
            {"requests": 1, "tokens": 1_500},
            {"requests": 1, "tokens": 1_200},
        ),
        (
            ANTHROPIC,
            {"requests": 1, "input_tokens": 400, "output_tokens": 0},
            {"requests": 1, "input_tokens": 400, "output_tokens": 200},
        ),
        (BEDROCK, {"requests": 1, "tokens": 1_500}, {"requests": 1, "tokens": 400 + 5 * 200}),
    ],
)
def test_a_request_of_1000_with_600_cached_and_200_of_500_written(style, reserved, settled):
    demand = Demand(input_tokens=1_000, cached_tokens=600, max_output_tokens=500)
    assert style.reserve(demand) == reserved
    assert style.settle(demand, 200) == settled


def test_bedrock_reserves_its_default_where_no_maximum_is_named():
    style = BEDROCK.model_copy(update={"default_max_tokens": 4_096})
    assert style.reserve(Demand(input_tokens=10))["tokens"] == 4_106


def test_output_beyond_the_quota_refuses_the_next_request_until_it_is_paid_off():
    limiter, demand = Limiter(ANTHROPIC), Demand(input_tokens=1)
    assert limiter.admit(demand, 0.0) is None
    limiter.settle(demand, 630, 0.0)  # 30 more than the bucket holds, 10 come back a second
    denial = limiter.admit(demand, 0.0)
    assert (denial.axis, denial.retry_after_s) == ("output_tokens", pytest.approx(3.0))
    assert limiter.admit(demand, 3.0) is None


def test_anthropic_prints_instants():
    limiter = Limiter(ANTHROPIC)
    limiter.admit(Demand(input_tokens=100), 0.0)
    headers = ANTHROPIC.headers(limiter.standings(0.0), at_unix=1_764_547_200)
    assert headers["anthropic-ratelimit-input-tokens-remaining"] == "5900"
    assert headers["anthropic-ratelimit-input-tokens-reset"] == "2025-12-01T00:00:01Z"
    assert instant_text(0) == "1970-01-01T00:00:00Z"


def test_bedrock_says_nothing():
    assert BEDROCK.headers(Limiter(BEDROCK).standings(0.0), at_unix=0.0) == {}


def test_an_unknown_style_names_those_there_are():
    text = profile({"small": {"limits": {"style": "acme", "requests_per_minute": 1}}})
    with pytest.raises(InvalidFile, match=r"limits: .*'anthropic'"):
        parse(text, Profile, name="p.yaml")
