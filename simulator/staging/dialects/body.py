"""Reading request bodies, and the forms that several dialects share. Raises `Refused` with the field's name."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from simulator.provider.engine import Order, Refusal
from simulator.staging.dialects.dialect import Dialect, Problem, Refused

T = TypeVar("T")
_NOTHING: Any = object()


def want(body: Mapping[str, Any], name: str, kind: type[T], default: T = _NOTHING) -> T:
    """A field of the right JSON type; null counts as absent."""
    value = body.get(name)
    if value is None:
        if default is _NOTHING:
            raise Refused(
                Problem(400, f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter")
            )
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise invalid(name, f"expected {_JSON_NAMES[kind]}, got {_JSON_NAMES.get(type(value), 'something else')}")
    return value


_JSON_NAMES: dict[type, str] = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
}


def invalid(name: str, message: str) -> Refused:
    """A field with a wrong value."""
    return Refused(Problem(400, f"Invalid value for '{name}': {message}.", param=name, code="invalid_value"))


def maximum(body: Mapping[str, Any], name: str) -> int | None:
    """A maximum answer length of at least one token, where one is asked for."""
    value = want(body, name, int, 0)
    if body.get(name) is not None and value < 1:
        raise invalid(name, "must be at least 1")
    return value or None


def one_choice(body: Mapping[str, Any]) -> None:
    """This endpoint writes one answer per request."""
    if want(body, "n", int, 1) != 1:
        raise invalid("n", "this endpoint writes one choice per request")


def text_of(content: object, name: str) -> str:
    """The text of a message: a string, nothing, or a list of parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise invalid(name, "content must be a string or an array of parts")
    parts = [part.get("text") for part in content if isinstance(part, dict)]
    return "".join(part for part in parts if isinstance(part, str))


PER_MESSAGE = 4
"""Tokens that frame a message: OpenAI cookbook, "How to count tokens with tiktoken": 3, and 1 for its role."""


def message_text(message: object) -> str:
    """The text of one chat message."""
    if not isinstance(message, dict):
        raise invalid("messages", "every message must be an object")
    if not isinstance(message.get("role"), str):
        raise invalid("messages", "every message needs a role")
    return text_of(message.get("content"), "messages")


def tools_text(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Tool definitions as the text they are sent in, where there are any."""
    tools = want(body, "tools", list, [])
    return (json.dumps(tools),) if tools else ()


def event(content: Mapping[str, Any], *, name: str | None = None) -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(content, separators=(',', ':'))}\n\n".encode()


def openai_error(problem: Problem) -> dict[str, Any]:
    """An error in OpenAI's form."""
    return {
        "error": {
            "message": problem.message,
            "type": problem.kind,
            "param": problem.param,
            "code": problem.code,
        }
    }


BROKEN = Problem(500, "The server had an error while processing your request.", kind="server_error")
_STATUS_WORDS = {
    401: ("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    429: ("Rate limit reached.", "requests", "rate_limit_exceeded"),
    503: ("The engine is currently overloaded, please try again later", "server_error", "overloaded"),
    529: ("The engine is currently overloaded, please try again later", "server_error", "overloaded"),
}
_AXIS_WORDS = {"requests": "requests per min (RPM)", "tokens": "tokens per min (TPM)"}


def _refusal(refusal: Refusal, model: str, *, param: str) -> Problem:
    """A refusal in the words of OpenAI's error-code guide."""
    if refusal.order is not None:
        return _too_long(refusal, refusal.order, param=param)
    if refusal.denial is None:
        message, kind, code = _STATUS_WORDS.get(refusal.status, (BROKEN.message, BROKEN.kind, None))
        return Problem(refusal.status, message, kind=kind, code=code)
    denial = refusal.denial
    axis = _AXIS_WORDS.get(denial.axis, f"{denial.axis.replace('_', ' ')} per min")
    facts = f"Limit {denial.limit}, Used {denial.used}, Requested {denial.requested}."
    what, again = "Rate limit reached", "Please try again later."
    if denial.told_s is not None:
        again = f"Please try again in {max(1, round(denial.told_s * 1000))}ms."
    elif denial.retry_after_s is None:
        what, again = "Request too large", "The input or output tokens must be reduced in order to run successfully."
    message = f"{what} for {model} on {axis}: {facts} {again}"
    return Problem(429, message, kind=denial.axis, code="rate_limit_exceeded")


def _too_long(refusal: Refusal, order: Order, *, param: str) -> Problem:
    most, prompt, answer = refusal.most_tokens, order.input_tokens, order.max_output_tokens
    if refusal.reason == "max_tokens":
        supports = f"This model supports at most {most} completion tokens, whereas you provided {answer}."
        return Problem(400, f"max_tokens is too large: {answer}. {supports}", param="max_tokens", code="invalid_value")
    asked = f"your messages resulted in {prompt} tokens. Please reduce the length of the messages."
    if answer:
        parts = f"{prompt} in the messages, {answer} in the completion"
        asked = f"you requested {prompt + answer} tokens ({parts}). Please reduce the length of either."
    message = f"This model's maximum context length is {most} tokens. However, {asked}"
    return Problem(400, message, param=param, code="context_length_exceeded")


class OpenAi(Dialect):
    """What all paths of OpenAI's API share: refusals and errors in its words."""

    prompt: ClassVar[str]
    """The field of the body that holds the prompt."""

    def refusal(self, refusal: Refusal, model: str) -> Problem:
        return _refusal(refusal, model, param=self.prompt)

    def error(self, problem: Problem, *, request_id: str) -> dict[str, Any]:
        del request_id  # stands in a header only
        return openai_error(problem)
