"""What every dialect can do: put an `Ask` into a body, and read the answer."""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.replay.reading import Reading


@dataclass(frozen=True, slots=True)
class Wanted:
    """One attempt as a dialect meets it: names as the target knows them, lengths in tokens."""

    model: str
    messages: list[dict[str, str]]
    max_output_tokens: int
    stream: bool
    tier: str | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of the body."""


class Dialect(Protocol):
    """One API. Readers are called in the hub, once per event: they must not block."""

    @property
    def path(self) -> str:
        """Below the base URL."""

    def headers(self, key: str | None) -> dict[str, str]:
        """Authorisation, and what else every request carries."""

    def body(self, wanted: Wanted) -> bytes: ...

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """One server-sent event, whose last byte arrived at `at`."""

    def whole(self, data: bytes, reading: Reading) -> None:
        """The body of an answer that was not streamed."""


def compact(body: dict[str, Any]) -> bytes:
    """JSON as it goes over the wire."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def parsed(data: bytes, reading: Reading) -> dict[str, Any] | None:
    """An event's object; anything else marks the answer as malformed."""
    try:
        value = json.loads(data)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    reading.malformed = True
    return None
