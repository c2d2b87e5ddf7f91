"""Small profiles for tests: quick, without jitter, each model a variation of one."""

import json
from typing import Any

MODEL: dict[str, Any] = {
    "provider": "openai",
    "context_window": 10_000,
    "max_output_tokens": 1_000,
    "replicas": 4,
    "max_sequences": 200,
    "queue": 50,
    "first_token": {"base": "30ms", "per_1k_uncached": "0ms", "cv": 0},
    "per_token": {"base": "5ms", "per_sequence": "0ms", "cv": 0},
}


def latency(base: str, cv: float = 0) -> dict[str, Any]:
    """A first token, or a step per token, of constant length but for its spread."""
    return {"base": base, "cv": cv}


def profile(models: dict[str, dict[str, Any]], **more: Any) -> str:
    """The text of a profile; JSON is YAML."""
    served = {}
    for name, changes in models.items():
        served[name] = MODEL | changes
        for part in ("first_token", "per_token"):
            served[name][part] = MODEL[part] | changes.get(part, {})
    return json.dumps({"name": "test", "description": "for tests", "models": served} | more, indent=1)


def openai_limits(rpm: int, tpm: int, burst: str = "1s") -> dict[str, Any]:
    """Quotas in OpenAI's style."""
    return {"style": "openai", "requests_per_minute": rpm, "tokens_per_minute": tpm, "burst": burst}


FAST = profile(
    {
        "small": {},
        "quick": {"first_token": latency("1ms"), "per_token": latency("0.01ms")},
        "scarce": {"limits": openai_limits(600, 60_000)},
        "single-slot": {"replicas": 1, "max_sequences": 1, "queue": 0, "overload": 529},
    },
    stream={"flush": "0s"},
    cache={"min_tokens": 64, "step_tokens": 64, "idle": "5m", "capacity_tokens": "1M"},
)
EXACT = profile(
    {
        "small": {"first_token": latency("100ms"), "per_token": latency("10ms")},
        "slow": {"first_token": latency("2s"), "per_token": latency("10ms")},
        "scarce": {
            "first_token": latency("100ms"),
            "per_token": latency("10ms"),
            "limits": openai_limits(60, 1_000_000),
        },
        "crowded": {
            "first_token": latency("100ms"),
            "per_token": latency("10ms"),
            "replicas": 1,
            "max_sequences": 1,
            "queue": 0,
        },
    }
)
