"""Mooncake's traces (kvcache-ai/Mooncake, FAST'25): lengths and block ids; sessions and delays as aiperf added them.

`timestamp` is milliseconds (some other tools write and read it as seconds: see `mooncake_s`); an id stands for 512
tokens, and a last, partial block has one too. Times of the original come in ticks of about 3 s; the report says so.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import Head, RecordFormat, Skip
from simulator.traffic.imported import Import
from simulator.traffic.intake import Clock
from simulator.traffic.interchange import BLOCK
from simulator.units import seconds_text

BUSY, SHORT_S = 1000, 60.0
"""Requests a second and seconds: a log of more within less is rather one of seconds, read as milliseconds."""


class Timed(RecordFormat):
    """`{"timestamp", "input_length", "output_length", "hash_ids"?, "session_id"?}`; later turns: `delay`."""

    unit_ns: ClassVar[int]
    """Of `timestamp` and `delay`."""
    marks: ClassVar[tuple[str, ...]] = ("timestamp", "input_length", "output_length")
    never: ClassVar[tuple[str, ...]] = ("sys_prompt", "chat_id")
    clock: ClassVar[Clock] = "relative"

    def __init__(self) -> None:
        self._due_ns: dict[str, int] = {}
        """Per session, when its last turn is due if answers take no time."""

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        session, at, delay = record.get("session_id"), record.get("timestamp"), record.get("delay")
        at_ns = None if at is None else round(at * self.unit_ns)
        if at_ns is None and session in self._due_ns:
            at_ns = self._due_ns[session] + round((delay or 0) * self.unit_ns)
        if session is not None and at_ns is not None:
            self._due_ns[session] = at_ns
        hashes = record.get("hash_ids")
        if hashes and len(hashes) not in _blocks(record["input_length"]):
            raise Skip(f"{BLOCK} tokens a block id do not add up to its input_length")
        yield {
            "at_ns": at_ns,
            "input_tokens": record.get("input_length"),
            "output_tokens": record.get("output_length"),
            "session_id": session,
            "think_s": None if delay is None else delay * self.unit_ns / 1e9,
            "prefix_hashes": hashes,
            "block_size": BLOCK if hashes else None,
        }


class Mooncake(Timed):
    """In milliseconds, as the original."""

    name: ClassVar[str] = "mooncake"
    unit_ns: ClassVar[int] = 1_000_000

    def fits(self, head: Head) -> bool:
        return head.text.lstrip()[:1] == "{" and super().fits(head)

    def doubt(self, found: Import) -> str | None:
        rows, span_s = len(found.trace), found.trace.span_s
        if span_s >= SHORT_S or rows < BUSY * span_s or rows < BUSY:
            return None
        return (
            f"{rows / span_s:,.0f} requests/s over {seconds_text(span_s)} if its times are milliseconds, as Mooncake's "
            "are; say --format mooncake-s if they are seconds, --format mooncake if it was so"
        )


def _blocks(tokens: int) -> tuple[int, int]:
    """How many ids a prompt may have: with and without one for a last, partial block."""
    return -(-tokens // BLOCK), tokens // BLOCK
