"""Azure's LLM inference traces of 2023 and 2024 (Azure/AzurePublicDataset): one row per request, lengths only.

2023 writes `2023-11-16 18:15:46.6805900`, seven digits and no zone; 2024 writes `2024-05-12 00:00:00.001163+00:00` and
leaves the fraction out where it is zero. No sessions: every request stands alone.
"""

from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from simulator.traffic.formats.format import Format, Head
from simulator.traffic.imported import Import, Report
from simulator.traffic.intake import Rows
from simulator.traffic.table import batches, instants, numbers


class Azure(Format):
    """`TIMESTAMP,ContextTokens,GeneratedTokens`."""

    name: ClassVar[str] = "azure"

    def fits(self, head: Head) -> bool:
        return head.names("TIMESTAMP", "ContextTokens", "GeneratedTokens")

    def read(self, path: Path) -> Import:
        report, rows = Report(self.name), Rows("epoch")
        columns = {"TIMESTAMP": "at_ns", "ContextTokens": "input_tokens", "GeneratedTokens": "output_tokens"}
        for batch in batches(path, report, columns=columns):
            rows.add(
                line=batch.column("line"),
                at_ns=instants(batch.column("at_ns"), batch.column("line"), report),
                input_tokens=numbers(batch.column("input_tokens"), pa.int64()),
                output_tokens=numbers(batch.column("output_tokens"), pa.int64()),
            )
        return rows.clean(report, path=path)
