"""Alibaba Bailian's traces (ATC'25): chats with parents, blocks of 16 tokens, times in seconds."""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.intake import Clock

BLOCK = 16


class Bailian(RecordFormat):
    """`chat_id, parent_chat_id (-1: none), timestamp s, input_length, output_length, type, turn, hash_ids`.

    A session is a chain of parents; one whose beginning lies before the file's window begins with what is there.
    """

    name: ClassVar[str] = "bailian"
    marks: ClassVar[tuple[str, ...]] = ("chat_id", "parent_chat_id", "hash_ids", "input_length")
    clock: ClassVar[Clock] = "relative"

    def __init__(self) -> None:
        self._session: dict[Any, str] = {}

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        chat, parent, at = record.get("chat_id"), record.get("parent_chat_id"), record.get("timestamp")
        session = self._session.setdefault(chat, self._session.get(parent, f"c{chat}"))
        yield {
            "at_ns": None if at is None else round(at * 1e9),
            "input_tokens": record.get("input_length"),
            "output_tokens": record.get("output_length"),
            "session_id": session,
            "journey": record.get("type"),
            "prefix_hashes": record.get("hash_ids"),
            "block_size": BLOCK,
        }
