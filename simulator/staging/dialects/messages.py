"""Anthropic messages, streamed and whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.provider.engine import Order, Refusal
from simulator.staging.dialects import body as form
from simulator.staging.dialects.dialect import (
    Heading,
    Problem,
    Refused,
    Script,
    StreamedDialect,
    Usage,
    Wanted,
)

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
"""Error types of Anthropic's page on errors; anything else is `api_error`."""
_SAID = {
    400: "Invalid request",
    401: "invalid x-api-key",
    403: "Request not allowed",
    408: "Request timed out",
    429: "This request would exceed your account's rate limit. Please try again later.",
    503: "Overloaded",
    529: "Overloaded",
}
_STOP = {"stop": "end_turn", "length": "max_tokens"}


class Messages(StreamedDialect):
    """`POST /v1/messages` of Anthropic's API reference."""

    path = "/v1/messages"
    id_header = "request-id"

    def read(self, body: Mapping[str, Any]) -> Wanted:
        messages = form.want(body, "messages", list)
        if not messages:
            raise form.invalid("messages", "at least one message is required")
        limit = form.maximum(body, "max_tokens")
        if limit is None:
            raise Refused(Problem(400, "max_tokens: Field required", param="max_tokens"))
        system = form.text_of(body.get("system"), "system")
        return Wanted(
            model=form.want(body, "model", str),
            texts=(system, *map(form.message_text, messages), *form.tools_text(body)),
            overhead_tokens=form.PER_MESSAGE * len(messages),
            stream=form.want(body, "stream", bool, False),
            include_usage=True,
            max_output_tokens=limit,
        )

    def script(self, heading: Heading, usage: Usage) -> Script:
        return MessagesScript(heading, usage)

    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage | None) -> dict[str, Any]:
        return _message(heading, [_block(text)], stop_reason=_STOP[finish_reason], usage=usage)

    def refusal(self, refusal: Refusal, model: str) -> Problem:
        if refusal.order is not None:
            return Problem(400, _too_long(refusal, refusal.order, model))
        if refusal.denial is None:
            return Problem(refusal.status, _SAID.get(refusal.status, "Internal server error"))
        quota = f"{refusal.denial.limit:,} {refusal.denial.axis.replace('_', ' ')} per minute"
        again = "Please reduce the prompt length or the maximum tokens requested, or try again later."
        return Problem(429, f"This request would exceed your organization's rate limit of {quota}. {again}")

    def error(self, problem: Problem, *, request_id: str) -> dict[str, Any]:
        kind = _KINDS.get(problem.status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": problem.message}, "request_id": request_id}

    def key(self, headers: Mapping[str, str]) -> str | None:
        return headers.get("x-api-key") or super().key(headers)


class MessagesScript(Script):
    """Events of a streamed message."""

    def __init__(self, heading: Heading, usage: Usage) -> None:
        self._heading, self._usage = heading, usage
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "\0"}}
        self._head, self._tail = form.event(delta, name="content_block_delta").decode().split("\\u0000")

    def opening(self) -> bytes:
        message = _message(self._heading, [], stop_reason=None, usage=self._usage)
        start = {"type": "content_block_start", "index": 0, "content_block": _block("")}
        return (
            form.event({"type": "message_start", "message": message}, name="message_start")
            + form.event(start, name="content_block_start")
            + form.event({"type": "ping"}, name="ping")
        )

    def tokens(self, texts: Sequence[str]) -> bytes:
        head, tail = self._head, self._tail
        return "".join([head + text + tail for text in texts]).encode()

    def closing(self, finish_reason: str, usage: Usage | None, *, end_mark: bool = True) -> bytes:
        delta = {"stop_reason": _STOP[finish_reason], "stop_sequence": None}
        last: dict[str, Any] = {"type": "message_delta", "delta": delta}
        if usage:
            last["usage"] = {"output_tokens": usage.output_tokens}
        events = form.event({"type": "content_block_stop", "index": 0}, name="content_block_stop")
        events += form.event(last, name="message_delta")
        return events + form.event({"type": "message_stop"}, name="message_stop") if end_mark else events

    def failure(self) -> bytes:
        error = {"type": "overloaded_error", "message": "Overloaded"}
        return form.event({"type": "error", "error": error}, name="error")


def _too_long(refusal: Refusal, order: Order, model: str) -> str:
    """What tools look for to tell a prompt that is too long from other bad requests."""
    most, prompt, answer = refusal.most_tokens, order.input_tokens, order.max_output_tokens
    if refusal.reason == "max_tokens":
        return f"max_tokens: {answer} > {most}, which is the maximum allowed number of output tokens for {model}"
    if prompt > most:
        return f"prompt is too long: {prompt} tokens > {most} maximum"
    return f"input length and `max_tokens` exceed context limit: {prompt} + {answer} > {most}, decrease either"


def _message(
    heading: Heading, content: list[dict[str, Any]], *, stop_reason: str | None, usage: Usage | None
) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": f"msg_{heading.name}",
        "type": "message",
        "role": "assistant",
        "model": heading.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
    }
    return message | ({"usage": usage_of(usage)} if usage else {})


def usage_of(usage: Usage) -> dict[str, Any]:
    """Usage in Anthropic's words: `input_tokens` is what was neither read from the cache nor written to it."""
    return {
        "input_tokens": usage.input_tokens - usage.cached_tokens - usage.written_tokens,
        "cache_creation_input_tokens": usage.written_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "service_tier": "standard",
    }


def _block(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "citations": None}
