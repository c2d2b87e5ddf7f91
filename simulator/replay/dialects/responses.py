"""OpenAI responses."""

import re
from typing import Any, ClassVar

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted, compact, parsed
from simulator.replay.reading import Reading, Usage, utf8, whole

_PLAIN = re.compile(rb'"type": ?"response.output_text.delta".*"delta": ?"([^"\\]+)"')
_FEWEST_TOKENS = 16  # the API's own minimum for max_output_tokens
_SAYS = frozenset(f"response.{word}.delta" for word in ("output_text", "refusal"))
_THINKS = frozenset(f"response.{word}.delta" for word in ("reasoning_text", "reasoning_summary_text"))
_CALLS = "response.function_call_arguments.delta"
_ENDS = frozenset({"response.completed", "response.incomplete"})


class Responses:
    path: ClassVar[str] = "/responses"

    def headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, wanted: Wanted) -> bytes:
        """Nothing is kept at the provider: a load test has no use for it."""
        body: dict[str, Any] = {"model": wanted.model, "input": wanted.messages, "store": False}
        body["max_output_tokens"] = max(_FEWEST_TOKENS, wanted.max_output_tokens)
        if wanted.tier:
            body["service_tier"] = wanted.tier
        if wanted.stream:
            body["stream"] = True
        return compact(body | wanted.more)

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """Hot: once per event. Text after the first token is read without a JSON parse."""
        plain = _PLAIN.search(data) if reading.chunks else None
        if plain:
            reading.output(at, plain[1])
            return
        event = parsed(data, reading)
        if event is None:
            return
        kind_said = reading.words(event.get("type")) or kind.decode(errors="replace")
        if kind_said in _SAYS or kind_said in _THINKS or kind_said == _CALLS:
            self._delta(event, kind_said, at, reading)
        elif kind_said in _ENDS:
            reading.done = True
            self._end(reading.block(event.get("response")), reading)
        elif kind_said in ("error", "response.failed"):
            reading.error = Outcome.ERROR_IN_STREAM

    def _delta(self, event: dict[str, Any], kind: str, at: int, reading: Reading) -> None:
        said = reading.words(event.get("delta"))
        if not said:
            return
        if kind == _CALLS:
            reading.argument(event.get("output_index", 0), said)
        reading.output(at, utf8(said) if kind in _SAYS else b"")

    def whole(self, data: bytes, reading: Reading) -> None:
        answer = parsed(data, reading)
        if answer is None:
            return
        reading.malformed = "output" not in answer
        for place, item in enumerate(reading.blocks(answer.get("output"))):
            if item.get("type") == "reasoning":
                continue
            if item.get("type") == "function_call":
                reading.argument(place, reading.words(item.get("arguments")))
            reading.texts += [utf8(reading.words(part.get("text"))) for part in reading.blocks(item.get("content"))]
        if answer.get("status") == "failed":
            reading.error = Outcome.ERROR_IN_STREAM
        self._end(answer, reading)

    def _end(self, answer: dict[str, Any], reading: Reading) -> None:
        """Why it ended: `stop`, or the reason that it is incomplete."""
        reading.finish_reason = reading.words(reading.block(answer.get("incomplete_details")).get("reason")) or "stop"
        if answer.get("usage"):
            reading.usage = usage(answer["usage"], reading)


def usage(said: Any, reading: Reading) -> Usage:
    """`input_tokens` already includes cached ones."""
    counts = reading.block(said)
    return Usage(
        input_tokens=whole(counts.get("input_tokens")),
        output_tokens=whole(counts.get("output_tokens")),
        cache_read_tokens=whole(reading.block(counts.get("input_tokens_details")).get("cached_tokens")),
        reasoning_tokens=whole(reading.block(counts.get("output_tokens_details")).get("reasoning_tokens")),
    )
