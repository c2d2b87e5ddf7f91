"""What an answer says while it comes in: first token, gaps, text, usage, and how it ended. Times are monotonic ns."""

from dataclasses import dataclass
from typing import Any

from simulator.calls import Outcome

_NS = 1_000_000_000

FINISH_OUTCOMES = {"length": Outcome.LENGTH, "max_tokens": Outcome.LENGTH, "content_filter": Outcome.CONTENT_FILTER}
"""Finish reasons that are not a whole answer; `max_tokens` is Anthropic's word for `length`."""
FINISH_OUTCOMES |= {"max_output_tokens": Outcome.LENGTH, "refusal": Outcome.CONTENT_FILTER}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the target reported them; what it does not say is None. `input_tokens` includes cached ones."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None


class Reading:
    """The state of one answer. A dialect fills it, event by event or from a whole body."""

    __slots__ = (
        "arguments",
        "call",
        "chunks",
        "done",
        "error",
        "finish_reason",
        "first_at",
        "frame",
        "gap_ns",
        "last_at",
        "late",
        "malformed",
        "texts",
        "usage",
    )

    def __init__(self) -> None:
        self.first_at: int | None = None
        self.last_at: int | None = None
        self.late = False
        self.chunks = 0
        self.gap_ns = 0
        self.texts: list[bytes] = []
        """Content only: what a model thinks aloud is a chunk without text."""
        self.arguments: list[bytes] = []
        self.call: int | None = None
        """The first tool that is called, by its place in the answer; `arguments` are its own."""
        self.frame: tuple[bytes, bytes] | None = None
        """What stands before and behind the text of a chunk that holds nothing else: in most streams the same."""
        self.finish_reason: str | None = None
        self.usage: Usage | None = None
        self.error: Outcome | None = None
        """Set by an error that the target reports inside an answer."""
        self.malformed = False
        self.done = False
        """The protocol's own end was seen: `[DONE]`, `message_stop`, `response.completed`."""

    def output(self, at: int, text: bytes) -> None:
        """Hot: one chunk of content, reasoning or a tool call arrived."""
        self.chunks += 1
        self.texts.append(text)
        last = self.last_at
        if last is None:
            self.first_at = self.last_at = at
            return
        if at == self.first_at:  # the same read, so the stamp is of its last segment
            self.late = True
        elif at - last > self.gap_ns:
            self.gap_ns = at - last
        self.last_at = at

    def argument(self, call: int, text: str) -> None:
        """Part of a tool call's arguments; only those of the first call are kept."""
        if self.call is None:
            self.call = call
        if call == self.call:
            self.arguments.append(utf8(text))

    def plain(self, at: int, kind: bytes, data: bytes, span: tuple[int, int]) -> None:
        """An event that holds output and nothing else: text at `span` of its data, without quotes and escapes."""
        start, end = span
        self.output(at, data[start:end])
        if self.frame is None:
            named = b"event: %b\n" % kind if kind else b""
            self.frame = b"%bdata: %b" % (named, data[:start]), data[end:] + b"\n\n"

    @property
    def text(self) -> str:
        """The content; of an answer without any, the arguments of its first tool call."""
        whole_text = b"".join(self.texts) or b"".join(self.arguments)
        try:
            return whole_text.decode()
        except UnicodeDecodeError:
            return _mended(whole_text)

    # What the JSON of a target may be; a value of another kind makes the answer malformed.

    def block(self, value: Any) -> dict[str, Any]:
        """An object; an empty one where nothing stands."""
        if isinstance(value, dict):
            return value
        self.malformed |= value is not None
        return {}

    def blocks(self, value: Any) -> list[dict[str, Any]]:
        """A list of objects."""
        if value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            return value or []
        self.malformed = True
        return []

    def words(self, value: Any) -> str:
        """A text."""
        if isinstance(value, str):
            return value
        self.malformed |= value is not None
        return ""

    def outcome(self, *, streamed: bool) -> Outcome:
        """How an answer with a success status ended, once its last byte was read."""
        if self.error is not None:
            return self.error
        if self.malformed:
            return Outcome.MALFORMED
        if streamed and not (self.done or self.finish_reason):
            return Outcome.TRUNCATED
        return FINISH_OUTCOMES.get(self.finish_reason or "", Outcome.OK)


def whole(value: Any) -> int | None:
    """A count from JSON; anything else is unknown, as is one below zero or beyond what any prompt can be."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _ABSURD
    return value if known else None


_ABSURD = 10**12


def utf8(text: str) -> bytes:
    """Half of a character too, as JSON can write one: the other half may come with the next chunk."""
    return text.encode("utf-8", "surrogatepass")


def _mended(text: bytes) -> str:
    """Halves that stand side by side as the one character that they are, the rest as U+FFFD."""
    try:
        halves = text.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return text.decode("utf-8", "replace")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
