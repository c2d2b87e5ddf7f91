"""Answers of OpenAI-compatible APIs as a client logged them, one JSON object per line: chat completions or responses.

They say when (to the second), which model and how many tokens; not who asked, so each answer is a session of its own.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import Head, RecordFormat, Skip
from simulator.traffic.formats.usage import tokens
from simulator.traffic.instant import nanoseconds


class Answers(RecordFormat):
    """`{"id", "object": "chat.completion", "created", "model", "usage"}`, or a response with `created_at`."""

    name: ClassVar[str] = "answers"
    marks: ClassVar[tuple[str, ...]] = ("object", "model", "usage")
    never: ClassVar[tuple[str, ...]] = ("messages", "custom_id", "conversations", "resourceSpans")

    def fits(self, head: Head) -> bool:
        return super().fits(head) and (head.names("created", "choices") or head.names("created_at", "output"))

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if record.get("object") not in ("chat.completion", "response", "text_completion"):
            raise Skip(f"not an answer: {record.get('object')}")
        sent, answered = tokens(record.get("usage") or {})
        yield {
            "at_ns": nanoseconds(record.get("created", record.get("created_at"))),
            "input_tokens": sent,
            "output_tokens": answered,
            "request_id": record.get("id"),
            "model": record.get("model"),
        }
