"""BurstGPT (HPMLL/BurstGPT), first and third release: lengths with seconds since its start, sessions in the third.

Columns are taken by name: the third release put two new ones in the middle. A response of 0 tokens is a request that
failed there; it arrived all the same, so it is kept with a planned answer.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat
from simulator.traffic.intake import Clock
from simulator.traffic.records import number, whole


class BurstGpt(RecordFormat):
    """`Timestamp, [Session ID, Elapsed time,] Model, Request tokens, Response tokens, Total tokens, Log Type`."""

    name: ClassVar[str] = "burstgpt"
    marks: ClassVar[tuple[str, ...]] = ("Timestamp", "Model", "Request tokens", "Response tokens", "Log Type")
    clock: ClassVar[Clock] = "relative"

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        at, elapsed = number(record["Timestamp"]), number(record.get("Elapsed time"))
        yield {
            "at_ns": None if at is None else round(at * 1e9),
            "ended_ns": None if at is None or elapsed is None else round((at + elapsed) * 1e9),
            "input_tokens": whole(record["Request tokens"]),
            "output_tokens": whole(record["Response tokens"]),
            "session_id": record.get("Session ID"),
            "model": record["Model"],
            "journey": (record["Log Type"] or "recorded").removesuffix(" log").lower(),
        }
