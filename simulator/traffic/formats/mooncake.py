"""Mooncake's traces (kvcache-ai/Mooncake, FAST'25): lengths and block ids; sessions and delays as aiperf added them.

`timestamp` is milliseconds (some other tools read it as seconds); an id stands for 512 tokens, and a last, partial
block has one too. Times of the original come in ticks of about 3 s; the report says so.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import Head, RecordFormat
from simulator.traffic.intake import Clock
from simulator.traffic.interchange import BLOCK


class Mooncake(RecordFormat):
    """`{"timestamp": ms, "input_length", "output_length", "hash_ids"?, "session_id"?}`; later turns: `delay` ms."""

    name: ClassVar[str] = "mooncake"
    marks: ClassVar[tuple[str, ...]] = ("timestamp", "input_length", "output_length")
    never: ClassVar[tuple[str, ...]] = ("sys_prompt", "chat_id")
    clock: ClassVar[Clock] = "relative"

    def __init__(self) -> None:
        self._due_ns: dict[str, int] = {}
        """Per session, when its last turn is due if answers take no time."""

    def fits(self, head: Head) -> bool:
        return head.text.lstrip()[:1] == "{" and super().fits(head)

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        session, at, delay = record.get("session_id"), record.get("timestamp"), record.get("delay")
        at_ns = None if at is None else round(at * 1_000_000)
        if at_ns is None and session in self._due_ns:
            at_ns = self._due_ns[session] + round((delay or 0) * 1_000_000)
        if session is not None and at_ns is not None:
            self._due_ns[session] = at_ns
        hashes = record.get("hash_ids")
        yield {
            "at_ns": at_ns,
            "input_tokens": record.get("input_length"),
            "output_tokens": record.get("output_length"),
            "session_id": session,
            "think_s": None if delay is None else delay / 1000,
            "prefix_hashes": hashes,
            "block_size": BLOCK if hashes else None,
        }
