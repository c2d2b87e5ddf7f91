"""Tenfold's own trace.parquet."""

from pathlib import Path
from typing import ClassVar

from simulator.traffic.formats.format import Format, Head
from simulator.traffic.imported import Import, Report
from simulator.traffic.trace import Trace


class Own(Format):
    """Read as it is: nothing is dropped or repaired."""

    name: ClassVar[str] = "tenfold"

    def fits(self, head: Head) -> bool:
        return bool(head.columns) and head.names("request_id", "think_s", "prefix_hashes")

    def read(self, path: Path) -> Import:
        trace = Trace.read(path)
        return Import(trace, Report(self.name, read=len(trace)))
