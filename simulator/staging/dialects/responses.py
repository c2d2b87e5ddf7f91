"""OpenAI responses, streamed and whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.staging.dialects import body as form
from simulator.staging.dialects.dialect import Heading, Script, StreamedDialect, Usage, Wanted


class Responses(form.OpenAi, StreamedDialect):
    """`POST /v1/responses` of OpenAI's API reference: one message of text."""

    path = "/v1/responses"
    prompt = "input"

    def read(self, body: Mapping[str, Any]) -> Wanted:
        texts = _input_texts(body)
        return Wanted(
            model=form.want(body, "model", str),
            texts=(form.text_of(body.get("instructions"), "instructions"), *texts, *form.tools_text(body)),
            overhead_tokens=form.PER_MESSAGE * len(texts),
            stream=form.want(body, "stream", bool, False),
            include_usage=True,
            max_output_tokens=form.maximum(body, "max_output_tokens"),
        )

    def script(self, heading: Heading, usage: Usage) -> Script:
        del usage  # this API tells it at the end
        return ResponsesScript(heading)

    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage | None) -> dict[str, Any]:
        return _response(heading, output=[_message(heading, text)], finish_reason=finish_reason, usage=usage)


class ResponsesScript(Script):
    """Numbered events of a streamed response."""

    def __init__(self, heading: Heading) -> None:
        self._heading = heading
        self._number = 0
        self._said: list[str] = []
        delta = {"item_id": f"msg_{heading.name}", "output_index": 0, "content_index": 0, "delta": "\0", "logprobs": []}
        frame = form.event({"type": "response.output_text.delta", "sequence_number": "\0", **delta}, name=_DELTA)
        self._head, self._middle, self._tail = frame.decode().replace('"\\u0000",', "\\u0000,", 1).split("\\u0000")

    def opening(self) -> bytes:
        begun = _response(self._heading, output=[], finish_reason=None, usage=None)
        item = _message(self._heading, None)
        return (
            self._event("response.created", response=begun)
            + self._event("response.in_progress", response=begun)
            + self._event("response.output_item.added", output_index=0, item=item)
            + self._part("response.content_part.added", part=_text(""))
        )

    def tokens(self, texts: Sequence[str]) -> bytes:
        first = self._number
        self._number += len(texts)
        self._said += texts
        head, middle, tail = self._head, self._middle, self._tail
        return "".join([f"{head}{first + place}{middle}{text}{tail}" for place, text in enumerate(texts)]).encode()

    def closing(self, finish_reason: str, usage: Usage | None, *, end_mark: bool = True) -> bytes:
        said = "".join(self._said)
        item = _message(self._heading, said)
        events = (
            self._part("response.output_text.done", text=said, logprobs=[])
            + self._part("response.content_part.done", part=_text(said))
            + self._event("response.output_item.done", output_index=0, item=item)
        )
        if not end_mark:
            return events
        whole = _response(self._heading, output=[item], finish_reason=finish_reason, usage=usage)
        kind = "response.incomplete" if finish_reason == "length" else "response.completed"
        return events + self._event(kind, response=whole)

    def failure(self) -> bytes:
        return self._event("error", code="server_error", message=form.BROKEN.message, param=None)

    def _event(self, kind: str, **fields: Any) -> bytes:
        self._number += 1
        return form.event({"type": kind, "sequence_number": self._number - 1, **fields}, name=kind)

    def _part(self, kind: str, **fields: Any) -> bytes:
        return self._event(kind, item_id=f"msg_{self._heading.name}", output_index=0, content_index=0, **fields)


_DELTA = "response.output_text.delta"


def usage_of(usage: Usage) -> dict[str, Any]:
    """Usage in the words of the responses API."""
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.written_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _response(
    heading: Heading, *, output: list[dict[str, Any]], finish_reason: str | None, usage: Usage | None
) -> dict[str, Any]:
    status = {None: "in_progress", "stop": "completed", "length": "incomplete"}[finish_reason]
    return {
        "id": f"resp_{heading.name}",
        "object": "response",
        "created_at": heading.created,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if finish_reason == "length" else None,
        "instructions": None,
        "metadata": {},
        "model": heading.model,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
    } | ({"usage": usage_of(usage)} if usage else {})


def _message(heading: Heading, text: str | None) -> dict[str, Any]:
    return {
        "id": f"msg_{heading.name}",
        "type": "message",
        "role": "assistant",
        "status": "in_progress" if text is None else "completed",
        "content": [] if text is None else [_text(text)],
    }


def _text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _input_texts(body: Mapping[str, Any]) -> list[str]:
    """A text, or a list of messages and other items of which only messages have text."""
    content = body.get("input")
    if isinstance(content, str):
        return [content]
    items = form.want(body, "input", list)
    if not items or not all(isinstance(item, dict) for item in items):
        raise form.invalid("input", "must be a string or an array of items")
    return [form.message_text(item) for item in items if "role" in item]
