"""OpenAI chat completions, streamed and whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.staging.dialects import body as form
from simulator.staging.dialects.dialect import Heading, Script, StreamedDialect, Usage, Wanted


class Chat(form.OpenAi, StreamedDialect):
    """`POST /v1/chat/completions` of OpenAI's API reference, one choice."""

    path = "/v1/chat/completions"
    prompt = "messages"

    def read(self, body: Mapping[str, Any]) -> Wanted:
        messages = form.want(body, "messages", list)
        if not messages:
            raise form.invalid("messages", "must have at least one message")
        form.one_choice(body)
        limit = form.maximum(body, "max_completion_tokens") or form.maximum(body, "max_tokens")
        options = form.want(body, "stream_options", dict, {})
        return Wanted(
            model=form.want(body, "model", str),
            texts=(*map(form.message_text, messages), *form.tools_text(body)),
            overhead_tokens=form.PER_MESSAGE * len(messages),
            stream=form.want(body, "stream", bool, False),
            include_usage=form.want(options, "include_usage", bool, False),
            max_output_tokens=limit,
            subject=_forced_tool(body),
        )

    def script(self, heading: Heading, usage: Usage) -> Script:
        del usage  # this API tells it at the end
        return ToolScript(heading) if heading.subject else ChatScript(heading)

    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage | None) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
        if heading.subject:
            arguments = _ARGUMENTS_BEGIN + text + _ARGUMENTS_END
            message |= {"content": None, "tool_calls": [_tool_call(heading, arguments)]}
            finish_reason = _TOOL_REASON.get(finish_reason, finish_reason)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
        return (
            _common(heading, "chat.completion") | {"choices": [choice]} | ({"usage": usage_of(usage)} if usage else {})
        )


class ChatScript(Script):
    """Chunks of a streamed chat completion."""

    def __init__(self, heading: Heading) -> None:
        self._heading = heading
        self._head, self._tail = self._event(delta=self._delta("\0")).decode().split("\\u0000")

    def _delta(self, text: str) -> dict[str, Any]:
        """What a token adds to the message."""
        return {"content": text}

    def opening(self) -> bytes:
        return self._event(delta={"role": "assistant", "content": "", "refusal": None})

    def tokens(self, texts: Sequence[str]) -> bytes:
        head, tail = self._head, self._tail
        return "".join([head + text + tail for text in texts]).encode()

    def closing(self, finish_reason: str, usage: Usage | None, *, end_mark: bool = True) -> bytes:
        events = self._event(delta={}, finish_reason=finish_reason)
        if self._heading.include_usage and usage:
            chunk = _common(self._heading, "chat.completion.chunk") | {"choices": [], "usage": usage_of(usage)}
            events += form.event(chunk)
        return events + b"data: [DONE]\n\n" if end_mark else events

    def failure(self) -> bytes:
        return form.event(form.openai_error(form.BROKEN))

    def _event(self, *, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        nothing = {"usage": None} if self._heading.include_usage else {}
        return form.event(_common(self._heading, "chat.completion.chunk") | {"choices": [choice]} | nothing)


class ToolScript(ChatScript):
    """A call of a tool instead of a text; the words become its one argument."""

    def _delta(self, text: str) -> dict[str, Any]:
        return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}

    def opening(self) -> bytes:
        call = {"index": 0, **_tool_call(self._heading, "")}
        begun = self._event(delta={"role": "assistant", "content": None, "tool_calls": [call]})
        return begun + self._event(delta=self._delta(_ARGUMENTS_BEGIN))

    def closing(self, finish_reason: str, usage: Usage | None, *, end_mark: bool = True) -> bytes:
        reason = _TOOL_REASON.get(finish_reason, finish_reason)
        return self._event(delta=self._delta(_ARGUMENTS_END)) + super().closing(reason, usage, end_mark=end_mark)


_ARGUMENTS_BEGIN, _ARGUMENTS_END = '{"text":"', '"}'
_TOOL_REASON = {"stop": "tool_calls"}


def _forced_tool(body: Mapping[str, Any]) -> str | None:
    """The function that must be called: the one that is named, or the first where any must be. Else a text answers."""
    choice, tools = body.get("tool_choice"), form.want(body, "tools", list, [])
    names = [tool["function"].get("name") for tool in tools if isinstance(tool, dict) and _is_object(tool, "function")]
    if isinstance(choice, dict) and _is_object(choice, "function"):
        wanted = choice["function"].get("name")
        if wanted not in names:
            raise form.invalid("tool_choice", f"no function {wanted!r} in tools")
        return str(wanted)
    return str(names[0]) if choice == "required" and names else None


def _is_object(value: Mapping[str, Any], name: str) -> bool:
    return isinstance(value.get(name), dict)


def _tool_call(heading: Heading, arguments: str) -> dict[str, Any]:
    function = {"name": heading.subject, "arguments": arguments}
    return {"id": f"call_{heading.name}", "type": "function", "function": function}


def usage_of(usage: Usage) -> dict[str, Any]:
    """Usage in OpenAI's words: the prompt includes what was cached."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _common(heading: Heading, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{heading.name}",
        "object": kind,
        "created": heading.created,
        "model": heading.model,
        "service_tier": "default",
        "system_fingerprint": "fp_staging",
    }
