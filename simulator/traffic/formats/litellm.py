"""LiteLLM's spend logs, as JSON, JSONL or CSV: what the proxy wrote per request.

Requests that the proxy answered from its own cache never reached a provider and are dropped, counted. Failed ones are
kept: they were asked for.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat, Skip
from simulator.traffic.instant import nanoseconds
from simulator.traffic.records import whole


class LiteLlm(RecordFormat):
    """Rows of `LiteLLM_SpendLogs`: `request_id, startTime, endTime, model, prompt_tokens, completion_tokens, …`."""

    name: ClassVar[str] = "litellm"
    marks: ClassVar[tuple[str, ...]] = ("startTime", "endTime", "prompt_tokens", "completion_tokens", "call_type")

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if str(record.get("cache_hit")).lower() == "true":
            raise Skip("answered by the proxy's own cache")
        if record["call_type"] not in ("completion", "acompletion", "responses", "aresponses", "", None):
            raise Skip(f"not a chat request: {record['call_type']}")
        yield {
            "at_ns": nanoseconds(record["startTime"]),
            "ended_ns": nanoseconds(record["endTime"]),
            "input_tokens": whole(record["prompt_tokens"]),
            "output_tokens": whole(record["completion_tokens"]),
            "request_id": record.get("request_id"),
            "session_id": record.get("session_id"),
            "model": record.get("model_group") or record.get("model"),
            "user": record.get("end_user") or record.get("user"),
        }
