"""ShareGPT-style conversations: texts of people and models in turn. Every answer becomes a turn of its length.

Counted with o200k_base. No times, so sessions get starts of their own, and turns follow without thinking.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.tokens.counting import count
from simulator.traffic.formats.format import RecordFormat, Skip
from simulator.traffic.intake import Clock

ANSWERS = ("gpt", "assistant", "model", "chatgpt", "bing", "bard")
COUNTED_AS = "gpt-4o"


class ShareGpt(RecordFormat):
    """`{"id", "conversations": [{"from": "human", "value": …}, {"from": "gpt", "value": …}, …]}`."""

    name: ClassVar[str] = "sharegpt"
    marks: ClassVar[tuple[str, ...]] = ("conversations", "from", "value")
    clock: ClassVar[Clock] = "none"

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        said = [(one["from"], count(str(one["value"]), COUNTED_AS).tokens) for one in record["conversations"]]
        system = sum(size for who, size in said if who == "system")
        spoken = [(who, size) for who, size in said if who != "system"]
        if not any(who in ANSWERS for who, _ in spoken):
            raise Skip("a conversation without an answer")
        return self._turns(spoken, system=system, session=record.get("id"))

    def _turns(self, spoken: list[tuple[str, int]], *, system: int, session: str | None) -> Iterator[dict[str, Any]]:
        parts, message = [system], 0
        for who, size in spoken:
            if who not in ANSWERS:
                message += size
                continue
            parts.append(message)
            yield {"input_tokens": sum(parts), "output_tokens": size, "session_id": session, "parts": list(parts)}
            parts.append(size)
            message = 0
