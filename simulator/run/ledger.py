"""calls.parquet and requests.parquet: the evidence of a run, written so that equal rows are equal bytes."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from simulator import parquet
from simulator.calls import CALLS, LATER, REQUESTS
from simulator.errors import InvalidFile
from simulator.replay import evidence

CALLS_FILE, REQUESTS_FILE = "calls.parquet", "requests.parquet"

_ORDER = [(name, "ascending") for name in ("scale", "strategy", "replicate", "scheduled_at", "request_id")]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every attempt and what became of every request, in one order however they were recorded."""

    calls: pa.Table
    requests: pa.Table

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table, *, directory: Path = Path()) -> "Ledger":
        """From rows in any order. Raises `InvalidFile` where a column is missing or another; `directory` is theirs."""
        return cls(
            calls=_ordered(calls, CALLS, [*_ORDER, ("call_id", "ascending")], directory / CALLS_FILE),
            requests=_ordered(requests, REQUESTS, _ORDER, directory / REQUESTS_FILE),
        )

    @classmethod
    def recorded(cls, directory: Path) -> "Ledger":
        """From the streams that a driver appends to while it runs; what a killed one had not finished is left out."""
        calls, requests, _ = evidence.read(directory)
        return cls.of(calls, requests)

    @classmethod
    def read(cls, directory: Path) -> "Ledger":
        """From a run directory's parquet files."""
        return cls.of(_parquet(directory / CALLS_FILE), _parquet(directory / REQUESTS_FILE), directory=directory)

    def write(self, directory: Path) -> None:
        for table, name in ((self.calls, CALLS_FILE), (self.requests, REQUESTS_FILE)):
            parquet.write(table, directory / name)


def _ordered(table: pa.Table, schema: pa.Schema, order: list[tuple[str, str]], path: Path) -> pa.Table:
    missing = [name for name in schema.names if name not in table.column_names]
    for name in LATER.intersection(missing):
        table = table.append_column(schema.field(name), pa.nulls(len(table), schema.field(name).type))
    if missing := [name for name in missing if name not in LATER]:
        raise InvalidFile(f"{path}: rows without {', '.join(missing)}: written by another version; run it again")
    return parquet.fitted(table, schema, name=str(path)).sort_by(order).combine_chunks()


def _parquet(path: Path) -> pa.Table:
    if not path.exists():
        raise InvalidFile(f"{path}: no such file; the run did not get as far as writing its rows")
    return parquet.read(path)
