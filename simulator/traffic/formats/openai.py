"""OpenAI request bodies as JSONL: batch files (`custom_id`, `body`), batch results, and chat requests with replies.

A body's messages are counted with its model's encoding, message by message. The answer is the usage of the reply where
the line has one, else the body's `max_tokens`, an upper bound. Without times, sessions get starts of their own.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.tokens.counting import count
from simulator.traffic.formats.format import RecordFormat, Skip
from simulator.traffic.formats.usage import tokens
from simulator.traffic.intake import Clock


class OpenAi(RecordFormat):
    """`{"custom_id", "method", "url", "body": {"model", "messages"}}`, or `{"model", "messages", …}` alone."""

    name: ClassVar[str] = "openai"
    marks: ClassVar[tuple[str, ...]] = ("messages", "role", "content")
    never: ClassVar[tuple[str, ...]] = ("conversations", "resourceSpans")
    clock: ClassVar[Clock] = "none"

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        body = record.get("body", record)
        if not body.get("messages"):
            raise Skip("no messages")
        parts = lengths(body["messages"], body.get("model") or "gpt-4o")
        reply = record.get("response") or {}
        sent, answered = tokens(reply.get("body", reply).get("usage") or record.get("usage") or {})
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        yield {
            "input_tokens": sent or sum(parts),
            "output_tokens": answered or limit,
            "request_id": record.get("custom_id"),
            "model": body.get("model"),
            "user": body.get("user"),
            "parts": parts if not sent or sent == sum(parts) else None,
        }


def lengths(messages: list[dict[str, Any]], model: str) -> list[int]:
    """Tokens of the system prompt (0: none) and of every other message, in order."""
    sizes = [(message.get("role"), count(_text(message.get("content")), model).tokens) for message in messages]
    system = sum(size for role, size in sizes if role in ("system", "developer"))
    return [system, *(size for role, size in sizes if role not in ("system", "developer"))]


def _text(content: Any) -> str:
    """A message's text; of a list of parts, the text parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")
