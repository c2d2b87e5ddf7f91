"""Mooncake's traces (kvcache-ai/Mooncake, FAST'25): lengths and prefix-chained block ids, no sessions.

`timestamp` is milliseconds (some other tools read it as seconds); an id stands for 512 tokens, and a last,
partial block has one too. Times come in ticks of about 3 s; the report says so.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.intake import Clock

BLOCK = 512


class Mooncake(RecordFormat):
    """`{"timestamp": ms, "input_length": …, "output_length": …, "hash_ids": […]}`."""

    name: ClassVar[str] = "mooncake"
    marks: ClassVar[tuple[str, ...]] = ("timestamp", "input_length", "output_length", "hash_ids")
    never: ClassVar[tuple[str, ...]] = ("sys_prompt", "chat_id")
    clock: ClassVar[Clock] = "relative"

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        at = record.get("timestamp")
        yield {
            "at_ns": None if at is None else round(at * 1_000_000),
            "input_tokens": record.get("input_length"),
            "output_tokens": record.get("output_length"),
            "prefix_hashes": record.get("hash_ids"),
            "block_size": BLOCK,
        }
