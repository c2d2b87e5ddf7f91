"""What a wire format must do. One per file of this folder."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from simulator.provider.engine import Refusal


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that is not 200, before the dialect gives it its form."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None


class Refused(Exception):
    """The request's body cannot be served."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request's body asks for. Tokens; `prompt_tokens` is this endpoint's estimate from the text."""

    model: str
    prompt_tokens: int
    stream: bool = False
    include_usage: bool = False
    max_output_tokens: int | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer; `input_tokens` includes the cached ones."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands in every answer."""

    name: str
    """Unique id of the answer, without the dialect's prefix."""
    model: str
    created: int
    include_usage: bool


class Script(ABC):
    """The bytes of one streamed answer, made so that a token costs one concatenation."""

    @abstractmethod
    def opening(self) -> bytes:
        """What leaves as soon as the request is accepted, before the first token."""

    @abstractmethod
    def tokens(self, texts: Sequence[str]) -> bytes:
        """One event per token."""

    @abstractmethod
    def closing(self, finish_reason: str, usage: Usage) -> bytes:
        """Finish reason, usage and the end mark."""


class Dialect(ABC):
    """One path of one API."""

    path: ClassVar[str]

    @abstractmethod
    def read(self, body: Mapping[str, Any]) -> Wanted:
        """What is wanted. Raises `Refused`."""

    @abstractmethod
    def script(self, heading: Heading, usage: Usage) -> Script:
        """For a streamed answer; `usage.output_tokens` is not known yet and 0."""

    @abstractmethod
    def whole(self, heading: Heading, text: str, *, finish_reason: str, usage: Usage) -> dict[str, Any]:
        """The body of an answer that is not streamed."""

    @abstractmethod
    def refusal(self, refusal: Refusal, model: str) -> Problem:
        """A refusal of the provider in this API's words."""

    @abstractmethod
    def error(self, problem: Problem) -> dict[str, Any]:
        """The body of an error."""


def estimate(text: str) -> int:
    """Tokens of a prompt text whose count nobody gave: four UTF-8 bytes each, the usual rule of thumb for English."""
    return (len(text.encode()) + 3) // 4
