"""OpenAI chat completions, as most servers speak it (vLLM, SGLang, TGI, gateways)."""

import re
from typing import Any, ClassVar

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted, compact, parsed
from simulator.replay.reading import Reading, Usage, utf8, whole

# A chunk that holds plain text and nothing else of interest: read without a JSON parse. Inside a JSON string a quote is
# always escaped, so these bytes cannot stand in a text; text with a backslash falls through to the parser.
_PLAIN = re.compile(rb'"content": ?"([^"\\]+)"')
_MORE = re.compile(rb'"finish_reason": ?"|"usage": ?\{')
_OPEN = b'"finish_reason":null}]}'  # how most servers end such a chunk; usage that stood before it comes again


class Chat:
    path: ClassVar[str] = "/chat/completions"

    def headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, wanted: Wanted) -> bytes:
        body: dict[str, Any] = {"model": wanted.model, "messages": wanted.messages}
        body["max_completion_tokens"] = wanted.max_output_tokens
        if wanted.tier:
            body["service_tier"] = wanted.tier
        if wanted.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return compact(body | wanted.more)

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """Hot: once per chunk. The first chunk is parsed whole, so is every one that is more than text."""
        if reading.chunks:
            plain = _PLAIN.search(data)
            if plain and (data.endswith(_OPEN) or not _MORE.search(data)):
                reading.plain(at, kind, data, plain.span(1))
                return
        if data == b"[DONE]":
            reading.done = True
            return
        chunk = parsed(data, reading)
        if chunk is not None:
            self._chunk(chunk, kind=kind, at=at, reading=reading)

    def _chunk(self, chunk: dict[str, Any], *, kind: bytes, at: int, reading: Reading) -> None:
        if chunk.get("error") or kind == b"error":
            reading.error = Outcome.ERROR_IN_STREAM
            return
        for choice in reading.blocks(chunk.get("choices")):
            delta = reading.block(choice.get("delta"))
            text, called = _content(delta), _arguments(delta, reading)
            if text or called or delta.get("reasoning_content") or delta.get("reasoning"):
                reading.output(at, text)
            reading.finish_reason = reading.words(choice.get("finish_reason")) or reading.finish_reason
        if chunk.get("usage"):
            reading.usage = usage(chunk["usage"], reading)

    def whole(self, data: bytes, reading: Reading) -> None:
        answer = parsed(data, reading)
        if answer is None:
            return
        if answer.get("error"):
            reading.error = Outcome.ERROR_IN_STREAM
            return
        choices = reading.blocks(answer.get("choices"))
        reading.malformed |= not choices
        for choice in choices:
            message = reading.block(choice.get("message"))
            reading.texts.append(_content(message))
            _arguments(message, reading)
            reading.finish_reason = reading.words(choice.get("finish_reason")) or None
        if answer.get("usage"):
            reading.usage = usage(answer["usage"], reading)


def usage(said: Any, reading: Reading) -> Usage:
    """OpenAI's words for tokens. `prompt_tokens` already includes cached ones."""
    counts = reading.block(said)
    prompt = reading.block(counts.get("prompt_tokens_details"))
    completion = reading.block(counts.get("completion_tokens_details"))
    return Usage(
        input_tokens=whole(counts.get("prompt_tokens")),
        output_tokens=whole(counts.get("completion_tokens")),
        cache_read_tokens=whole(prompt.get("cached_tokens")),
        reasoning_tokens=whole(completion.get("reasoning_tokens")),
    )


def _content(message: dict[str, Any]) -> bytes:
    said = message.get("content")
    return utf8(said) if isinstance(said, str) else b""  # some servers write lists of parts


def _arguments(message: dict[str, Any], reading: Reading) -> bool:
    """Keep what a message, or a part of one, hands to a tool; whether it calls one."""
    calls = reading.blocks(message.get("tool_calls"))
    for place, call in enumerate(calls):
        function = reading.block(call.get("function"))
        reading.argument(call.get("index", place), reading.words(function.get("arguments")))
    old = reading.block(message.get("function_call"))
    if old:
        reading.argument(0, reading.words(old.get("arguments")))
    return bool(calls or old)
