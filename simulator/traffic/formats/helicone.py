"""Helicone's export of requests, as CSV or JSONL."""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.instant import nanoseconds
from simulator.traffic.records import whole


class Helicone(RecordFormat):
    """`response_id, request_created_at, response_created_at, model, prompt_tokens, completion_tokens, …`."""

    name: ClassVar[str] = "helicone"
    marks: ClassVar[tuple[str, ...]] = (
        "request_created_at",
        "response_created_at",
        "prompt_tokens",
        "completion_tokens",
    )

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {
            "at_ns": nanoseconds(record["request_created_at"]),
            "ended_ns": nanoseconds(record["response_created_at"]),
            "input_tokens": whole(record["prompt_tokens"]),
            "output_tokens": whole(record["completion_tokens"]),
            "request_id": record.get("response_id"),
            "model": record.get("model"),
            "user": record.get("request_user_id"),
        }
