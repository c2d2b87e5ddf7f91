"""What a wire format must do. One per file of this folder."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from simulator.provider.engine import Answer, Refusal

ANTHROPIC = "anthropic-version"
"""A header that only Anthropic's SDKs send."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that is not 200, before the dialect gives it its form."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None


def unknown_model(name: str, served: Iterable[str]) -> Problem:
    """Asked for a model that the profile does not have."""
    message = f"The model `{name}` does not exist or you do not have access to it. Served here: {', '.join(served)}."
    return Problem(404, message, code="model_not_found")


class Refused(Exception):
    """The request's body cannot be served."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request's body asks for."""

    model: str
    texts: tuple[str, ...]
    """Everything that counts as prompt."""
    overhead_tokens: int = 0
    """What the API adds around the texts."""
    stream: bool = False
    include_usage: bool = False
    max_output_tokens: int | None = None
    embeds: bool = False
    """A vector is wanted, and no text."""
    subject: Any = None
    """What the answer is made from, where that is more than a length."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `input_tokens` includes those read from the cache and those written to it."""

    input_tokens: int
    cached_tokens: int
    written_tokens: int
    output_tokens: int
    """Includes reasoning."""
    reasoning_tokens: int

    @classmethod
    def of(cls, answer: Answer) -> "Usage":
        """What has been used so far."""
        return cls(
            input_tokens=answer.order.input_tokens,
            cached_tokens=answer.cached_tokens,
            written_tokens=answer.written_tokens,
            output_tokens=answer.wrote,
            reasoning_tokens=answer.wrote - answer.shown,
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands in every answer."""

    name: str
    """Unique id of the answer, without the dialect's prefix."""
    model: str
    created: int
    include_usage: bool
    subject: Any = None


class Script(ABC):
    """The bytes of one streamed answer, made so that a token costs one concatenation."""

    @abstractmethod
    def opening(self) -> bytes:
        """What leaves as soon as the request is accepted, before the first token."""

    @abstractmethod
    def tokens(self, texts: Sequence[str]) -> bytes:
        """One event per token."""

    @abstractmethod
    def closing(self, finish_reason: str, usage: Usage | None, *, end_mark: bool = True) -> bytes:
        """Finish reason, usage where it is told, and the end mark."""

    @abstractmethod
    def failure(self) -> bytes:
        """An error event in the middle of the stream."""

    def torn(self) -> bytes:
        """An event that breaks off inside a two-byte character."""
        whole = self.tokens(["é"])
        return whole[: whole.index("é".encode()) + 1]

    def malformed(self) -> bytes:
        """An event whose data is not JSON."""
        whole = self.tokens([" broken"])
        return whole[: whole.index(b"broken")] + b"\n\n"


class Dialect(ABC):
    """One path of one API."""

    path: ClassVar[str]
    id_header: ClassVar[str] = "x-request-id"
    """Header that names the request."""

    @abstractmethod
    def read(self, body: Mapping[str, Any]) -> Wanted:
        """What is wanted. Raises `Refused`."""

    @abstractmethod
    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage | None) -> dict[str, Any]:
        """The body of an answer that is not streamed; without usage where it is not told."""

    def key(self, headers: Mapping[str, str]) -> str | None:
        """The caller's API key."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else None

    @abstractmethod
    def refusal(self, refusal: Refusal, model: str) -> Problem:
        """A refusal of the provider in this API's words."""

    @abstractmethod
    def error(self, problem: Problem, *, request_id: str) -> dict[str, Any]:
        """The body of an error."""


class StreamedDialect(Dialect):
    """An API whose answers can be streamed."""

    @abstractmethod
    def script(self, heading: Heading, usage: Usage) -> Script:
        """For a streamed answer; `usage.output_tokens` is not known yet and 0."""
