"""Anthropic messages (API version 2023-06-01)."""

import json
import re
from typing import Any, ClassVar

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted, compact, parsed
from simulator.replay.reading import Reading, Usage, utf8, whole

_VERSION = "2023-06-01"
_PLAIN = re.compile(rb'"type": ?"text_delta", ?"text": ?"([^"\\]+)"')
_APART = ("system", "developer")
"""Roles that this API knows no message of; `developer` is OpenAI's newer word for the same."""


class Messages:
    path: ClassVar[str] = "/messages"

    def headers(self, key: str | None) -> dict[str, str]:
        return {"anthropic-version": _VERSION} | ({"x-api-key": key} if key else {})

    def body(self, wanted: Wanted) -> bytes:
        """System texts stand outside the messages."""
        system = "\n\n".join(message["content"] for message in wanted.messages if message["role"] in _APART)
        said = [message for message in wanted.messages if message["role"] not in _APART]
        body: dict[str, Any] = {"model": wanted.model, "max_tokens": wanted.max_output_tokens, "messages": said}
        if system:
            body["system"] = system
        if wanted.tier:
            body["service_tier"] = wanted.tier
        if wanted.stream:
            body["stream"] = True
        return compact(body | wanted.more)

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """Hot: once per event. Text after the first token is read without a JSON parse."""
        plain = _PLAIN.search(data) if reading.chunks else None
        if plain:
            reading.plain(at, kind, data, plain.span(1))
            return
        event = parsed(data, reading)
        if event is None:
            return
        kind_said = reading.words(event.get("type")) or kind.decode(errors="replace")
        if kind_said in ("content_block_delta", "content_block_start"):
            self._content(event, at, reading)
        elif kind_said == "message_start":
            reading.usage = usage(reading.block(event.get("message")).get("usage"), reading)
        elif kind_said == "message_delta":
            delta = reading.block(event.get("delta"))
            reading.finish_reason = reading.words(delta.get("stop_reason")) or reading.finish_reason
            reading.usage = usage(event.get("usage"), reading)
        elif kind_said == "message_stop":
            reading.done = True
        elif kind_said == "error":
            reading.error = Outcome.ERROR_IN_STREAM

    def _content(self, event: dict[str, Any], at: int, reading: Reading) -> None:
        """A delta that says something, or the start of a tool call, which names the tool."""
        delta, block = reading.block(event.get("delta")), reading.block(event.get("content_block"))
        text, arguments = reading.words(delta.get("text")), reading.words(delta.get("partial_json"))
        if arguments:
            reading.argument(event.get("index", 0), arguments)
        if text or arguments or delta.get("thinking") or block.get("type") == "tool_use":
            reading.output(at, utf8(text))

    def whole(self, data: bytes, reading: Reading) -> None:
        answer = parsed(data, reading)
        if answer is None:
            return
        reading.malformed = answer.get("content") is None
        for place, block in enumerate(reading.blocks(answer.get("content"))):
            if block.get("type") == "text":
                reading.texts.append(utf8(reading.words(block.get("text"))))
            elif block.get("type") == "tool_use":
                reading.argument(place, json.dumps(block.get("input")))
        reading.finish_reason = reading.words(answer.get("stop_reason")) or None
        if answer.get("usage"):
            reading.usage = usage(answer["usage"], reading)


def usage(said: Any, reading: Reading) -> Usage:
    """Anthropic's `input_tokens` leave out what was read from and written to the cache; ours include it.

    A stream says the prompt's tokens at its start and the answer's at its end: what is missing holds from before.
    """
    counts, before = reading.block(said), reading.usage or Usage()
    read, written = whole(counts.get("cache_read_input_tokens")), reading.block(counts.get("cache_creation"))
    hour = whole(written.get("ephemeral_1h_input_tokens"))
    total_written = whole(counts.get("cache_creation_input_tokens"))
    minutes = whole(written.get("ephemeral_5m_input_tokens"))
    if minutes is None and total_written is not None:
        # Older answers give the sum only, and five minutes are the default.
        minutes = max(0, total_written - (hour or 0))
    fresh = whole(counts.get("input_tokens"))
    output = whole(counts.get("output_tokens"))
    return Usage(
        input_tokens=before.input_tokens if fresh is None else fresh + (read or 0) + (minutes or 0) + (hour or 0),
        output_tokens=before.output_tokens if output is None else output,
        cache_read_tokens=before.cache_read_tokens if read is None else read,
        cache_write_5m_tokens=before.cache_write_5m_tokens if minutes is None else minutes,
        cache_write_1h_tokens=before.cache_write_1h_tokens if hour is None else hour,
        reasoning_tokens=before.reasoning_tokens,
    )
