"""Coding-agent sessions of kv-cache-tester (weka): one JSON per session, with every step and its block ids.

Times are relative to the session, so starts are not known: sessions get starts of their own. Ids are local to a session
and cover full blocks only. A sub-agent's steps run beside the main ones, so they become a session of their own.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator import draws
from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.intake import Clock


class Weka(RecordFormat):
    """`{"id", "block_size", "hash_id_scope": "local", "requests": [{"in", "out", "hash_ids", "think_time"}, …]}`."""

    name: ClassVar[str] = "weka"
    marks: ClassVar[tuple[str, ...]] = ("hash_id_scope", "block_size", "requests")
    clock: ClassVar[Clock] = "none"

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        session = record["id"]
        space = draws.mix(draws.fold(session))
        return self._steps(record["requests"], session=session, space=space, size=record["block_size"])

    def _steps(self, steps: list[dict[str, Any]], *, session: str, space: int, size: int) -> Iterator[dict[str, Any]]:
        for step in steps:
            if step["type"] == "subagent":
                name = f"{session}/{step['agent_id']}"
                yield from self._steps(step["requests"], session=name, space=space, size=size)
                continue
            yield {
                "input_tokens": step.get("in"),
                "output_tokens": step.get("out"),
                "session_id": session,
                "think_s": step.get("think_time"),
                "model": step.get("model"),
                "prefix_hashes": [draws.mix(space ^ one) >> 1 for one in step.get("hash_ids", [])],
                "block_size": size,
            }
