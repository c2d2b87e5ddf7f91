"""Token counts as APIs report them, made comparable: input includes what was cached, output what was reasoned."""

from typing import Any


def tokens(usage: dict[str, Any]) -> tuple[int | None, int | None]:
    """Input and output of a `usage` object: OpenAI chat or responses, or Anthropic's, which leaves cached input out."""
    if "cache_read_input_tokens" in usage or "cache_creation_input_tokens" in usage:
        cached = (usage.get("cache_read_input_tokens") or 0) + (usage.get("cache_creation_input_tokens") or 0)
        return _plus(usage.get("input_tokens"), cached), usage.get("output_tokens")
    sent = usage.get("prompt_tokens", usage.get("input_tokens"))
    return sent, usage.get("completion_tokens", usage.get("output_tokens"))


def _plus(count: int | None, more: int) -> int | None:
    return None if count is None else count + more
