"""RAGPulse (flashserve/RAGPulse): a week of a university's question answering, with the components of every prompt.

Times are seconds as text, rows unsorted, blank lines between them. `hash_ids` names the components of a prompt; their
lengths are in files beside the trace (`1_sys_prompt.jsonl` and so on). With those, components become blocks, so that
prefix reuse is as recorded; without them, the trace has no hashes and the report says so.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from simulator import draws
from simulator.traffic.blocks import SIZE
from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.imported import Import, Report
from simulator.traffic.intake import Clock
from simulator.traffic.records import records

PARTS = {
    "sys_prompt": ("1_sys_prompt", "sys_prompt_id"),
    "passages_ids": ("2_passages", "passage_id"),
    "history": ("3_history", "history_id"),
    "web_search": ("5_web_search", "web_search_id"),
    "user_input": ("4_user_input", "user_input_id"),
}
"""Components in the order of the prompt, with the file and the field that name their lengths."""


class RagPulse(RecordFormat):
    """`timestamp, input_length, output_length, hash_ids{…}, session_id`."""

    name: ClassVar[str] = "ragpulse"
    marks: ClassVar[tuple[str, ...]] = ("timestamp", "hash_ids", "sys_prompt", "passages_ids", "session_id")
    clock: ClassVar[Clock] = "relative"

    def __init__(self) -> None:
        self._lengths: dict[tuple[str, int], int] = {}

    def read(self, path: Path) -> Import:
        self._lengths = _lengths(path.parent)
        found = super().read(path)
        if not self._lengths:
            found.report.notes.append("no component files beside the trace: prefix reuse is unknown")
        return found

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        tokens = record.get("input_length")
        yield {
            "at_ns": round(float(record["timestamp"]) * 1e9),
            "input_tokens": tokens,
            "output_tokens": record.get("output_length"),
            "session_id": record.get("session_id"),
            "prefix_hashes": self._blocks(record["hash_ids"], tokens or 0) if self._lengths else None,
            "block_size": SIZE if self._lengths else None,
        }

    def _blocks(self, components: dict[str, list[int]], tokens: int) -> list[int]:
        """Ids of full blocks, each naming all components up to its end: equal ids have equal text before them."""
        ends, state = 0, 0
        name: list[int] = []
        for part in PARTS:
            for component in components.get(part, []):
                state = draws.mix(state ^ draws.mix(draws.fold(part) + component))
                ends += self._lengths.get((part, component), 0)
                name += [state] * (min(ends, tokens) // SIZE - len(name))
        return [draws.mix(state + place) >> 1 for place, state in enumerate(name)]


def _lengths(folder: Path) -> dict[tuple[str, int], int]:
    """Tokens of every component; empty where a file is missing."""
    found: dict[tuple[str, int], int] = {}
    for part, (stem, field) in PARTS.items():
        path = next(
            (folder / f"{stem}{end}" for end in (".jsonl", ".jsonl.gz") if (folder / f"{stem}{end}").is_file()), None
        )
        if path is None:
            return {}
        found |= {(part, one[field]): one["token_length"] for _, one in records(path, Report(stem))}
    return found
