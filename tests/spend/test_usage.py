"""Every provider's own usage object becomes the same meters, and nothing in it is dropped in silence."""

from typing import Any

import pytest

from simulator.pricing.errors import BadUsage
from simulator.spend.usage import EXCLUDES, normalised, says

# One prompt of 1,000 tokens of which 600 were cached, one answer of 200 of which 50 were reasoning.
SAME = {"input_tokens": 1000, "cache_read_tokens": 600, "output_tokens": 200, "reasoning_tokens": 50}


@pytest.mark.parametrize(
    ("provider", "usage"),
    [
        ("openai", SAME),
        (
            "openai",
            {
                "prompt_tokens": 1000,
                "completion_tokens": 200,
                "total_tokens": 1200,
                "prompt_tokens_details": {"cached_tokens": 600, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 50, "rejected_prediction_tokens": 9},
            },
        ),
        (
            "openai",
            {
                "input_tokens": 1000,
                "input_tokens_details": {"cached_tokens": 600},
                "output_tokens": 200,
                "output_tokens_details": {"reasoning_tokens": 50},
            },
        ),
        (
            "anthropic",
            {
                "input_tokens": 400,
                "cache_read_input_tokens": 600,
                "cache_creation_input_tokens": 0,
                "output_tokens": 200,
                "output_tokens_details": {"thinking_tokens": 50},
                "service_tier": "standard",
            },
        ),
        (
            "anthropic",
            {
                "prompt_tokens": 1000,
                "completion_tokens": 200,
                "cache_read_input_tokens": 600,
                "cache_creation_input_tokens": 0,
                "prompt_tokens_details": {"cached_tokens": 600},
                "completion_tokens_details": {"reasoning_tokens": 50},
            },
        ),
        (
            "google",
            {
                "promptTokenCount": 1000,
                "cachedContentTokenCount": 600,
                "candidatesTokenCount": 150,
                "thoughtsTokenCount": 50,
                "totalTokenCount": 1200,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1000}],
                "trafficType": "ON_DEMAND",
            },
        ),
        (
            "x-ai",
            {
                "prompt_tokens": 1000,
                "completion_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 600, "text_tokens": 1000},
                "completion_tokens_details": {"reasoning_tokens": 50},
            },
        ),
        (
            "openai",
            {
                "gen_ai.usage.input_tokens": 1000,
                "gen_ai.usage.cache_read.input_tokens": 600,
                "gen_ai.usage.output_tokens": 200,
                "gen_ai.usage.reasoning_tokens": 50,
            },
        ),
    ],
)
def test_the_same_request_in_each_providers_words(provider: str, usage: dict[str, Any]) -> None:
    assert {meter: count for meter, count in normalised(usage, provider=provider).items() if count} == SAME


def test_bedrock_counts_cached_tokens_beside_the_input() -> None:
    usage = {
        "inputTokens": 400,
        "cacheReadInputTokens": 600,
        "cacheWriteInputTokens": 0,
        "outputTokens": 9,
        "totalTokens": 1009,
    }
    assert normalised(usage, provider="aws") == {"input_tokens": 1000, "cache_read_tokens": 600, "output_tokens": 9}


def test_anthropic_writes_are_split_by_time_to_live() -> None:
    usage = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
        "output_tokens": 5,
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 7},
    }
    assert normalised(usage, provider="anthropic") == {
        "input_tokens": 40,
        "cache_write_tokens": 30,
        "cache_write_5m_tokens": 10,
        "cache_write_1h_tokens": 20,
        "output_tokens": 5,
        "web_search_requests": 2,
    }


def test_litellm_keeps_what_costs_otherwise_in_the_details_of_its_prompt() -> None:
    """Writes for an hour cost more than those for five minutes, audio more than text: both were billed as the rest."""
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 10,
        "cache_read_input_tokens": 300,
        "cache_creation_input_tokens": 200,
        "prompt_tokens_details": {
            "cached_tokens": 300,
            "text_tokens": 500,
            "audio_tokens": None,
            "cache_creation_tokens": 200,
            "cache_creation_token_details": {"ephemeral_5m_input_tokens": 50, "ephemeral_1h_input_tokens": 150},
        },
        "server_tool_use": {"web_search_requests": 1},
    }
    assert normalised(usage, provider="anthropic") == {
        "input_tokens": 1000,
        "cache_read_tokens": 300,
        "cache_write_tokens": 200,
        "cache_write_5m_tokens": 50,
        "cache_write_1h_tokens": 150,
        "web_search_requests": 1,
        "output_tokens": 10,
    }
    spoken = {"prompt_tokens": 9, "cache_read_input_tokens": 0, "prompt_tokens_details": {"audio_tokens": 5}}
    assert normalised(spoken, provider="openai") == {"input_tokens": 9, "input_audio_tokens": 5}


def test_perplexity_counts_reasoning_and_citations_beside_the_completion() -> None:
    usage = {
        "prompt_tokens": 33,
        "completion_tokens": 100,
        "reasoning_tokens": 40,
        "citation_tokens": 7,
        "num_search_queries": 2,
    }
    assert normalised(usage, provider="perplexity") == {
        "input_tokens": 33,
        "output_tokens": 140,
        "reasoning_tokens": 40,
        "citation_tokens": 7,
        "web_search_requests": 2,
    }


def test_our_own_names_in_the_other_convention() -> None:
    usage = {"input_tokens": 400, "cache_read_tokens": 500, "cache_write_5m_tokens": 60, "cache_write_1h_tokens": 40}
    assert normalised(usage, provider="anthropic", convention=EXCLUDES)["input_tokens"] == 1000
    assert normalised({**usage, "cache_write_tokens": 100}, provider="x", convention=EXCLUDES)["input_tokens"] == 1000


@pytest.mark.parametrize(
    ("usage", "problem"),
    [
        (
            {"prompt_tokens": 1, "prompt_tokens_details": {"smell_tokens": 3}},
            "unknown usage key 'prompt_tokens_details.smell_tokens' with 3",
        ),
        (
            {"promptTokenCount": 1, "promptTokensDetails": [{"modality": "SMELL", "tokenCount": 3}]},
            "promptTokensDetails.SMELL",
        ),
        ({"prompt_tokens": -1}, "prompt_tokens: -1 is not a count"),
        ({"prompt_tokens": True}, "prompt_tokens: True is not a count"),
        ({"input_tokens": "many"}, "input_tokens: 'many' is not a count"),
        ({"inputTokens": 1, "cacheDetails": [3]}, "cacheDetails: 3 is not a count"),
        ({"total_tokens": 1000}, "total_tokens 1000 is more than the 0 counted"),  # was priced at nothing
        ({"prompt_tokens": 10, "total_tokens": 11}, "total_tokens 11 is more than the 10 counted"),
        ({"totalTokenCount": 9, "promptTokenCount": 0}, "totalTokenCount 9 is more than the 0 counted"),
        ({"input_tokens": None, "output_tokens": None}, "every count is null, which is unknown and not 0"),
        ({"prompt_tokens": None, "service_tier": "default"}, "every count is null, which is unknown and not 0"),
    ],
)
def test_a_count_that_nobody_knows_is_told(usage: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadUsage, match=problem.replace(".", r"\.")):
        normalised(usage, provider="openai")


def test_our_own_names_stand_beside_words_totals_and_nulls() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 0,
        "cache_read_tokens": None,
        "total_tokens": 10,
        "service_tier": "flex",
    }
    assert normalised(usage, provider="openai") == {"input_tokens": 10, "output_tokens": 0}


def test_a_total_that_is_counted_whole_is_no_question() -> None:
    """Embeddings have no completion; some providers' totals leave out what they count beside."""
    embedded = {"prompt_tokens": 10, "total_tokens": 10}
    assert normalised(embedded, provider="openai") == {"input_tokens": 10}
    written = {"completion_tokens": 10, "prompt_tokens": 0, "total_tokens": 10}
    assert normalised(written, provider="openai") == {"output_tokens": 10}
    odd = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 99}
    assert normalised(odd, provider="openai") == {"input_tokens": 10, "output_tokens": 5}


def test_a_convention_that_nobody_knows() -> None:
    with pytest.raises(BadUsage, match="convention 'both' is neither"):
        normalised({"input_tokens": 1}, provider="openai", convention="both")


def test_usage_can_name_tier_and_place() -> None:
    assert says({"service_tier": "batch", "inference_geo": "us"}, "tier") == "batch"
    assert says({"service_tier": "batch", "inference_geo": "us"}, "geo") == "us"
    assert says({"trafficType": "ON_DEMAND"}, "tier") is None
