"""The rows of a usage log (JSON lines, CSV or Parquet, gzipped or not): one request a row, counts under `usage`."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from simulator import delimited, parquet
from simulator.errors import InvalidFile
from simulator.spend.usage import known_columns

Row = Mapping[str, Any]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a .jsonl, .csv or .parquet file, gzipped or not. Raises `InvalidFile` with the line."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if not path.exists():
        raise InvalidFile(f"{path}: neither a run nor a usage log is there; check the path")
    if kind not in ("jsonl", "ndjson", "csv", "parquet") or not path.is_file():
        raise InvalidFile(f"{path}: not a usage log; give .jsonl, .csv or .parquet")
    try:
        if kind == "parquet":
            yield from (_of_columns(row) for row in _parquet(path))
            return
        with _open(path) as file:
            yield from _csv(path, file) if kind == "csv" else _jsonl(path, file)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFile(f"{path}: not readable as {kind}: {error}") from None


def _open(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _jsonl(path: Path, lines: Iterable[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise InvalidFile(f"{path}:{number}:{error.colno}: not JSON: {error.msg}; one object a line") from None
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, a thousand brackets
            raise InvalidFile(f"{path}:{number}:1: not JSON that can be read: {error}") from None
        if not isinstance(row, dict):
            raise InvalidFile(f"{path}:{number}:1: not a JSON object")
        yield row if "usage" in row or "usageMetadata" in row else _of_columns(row)


def _csv(path: Path, lines: IO[str]) -> Iterator[Row]:
    for line, row in delimited.rows(lines, name=str(path), needs="model"):
        if None in row:
            raise InvalidFile(f"{path}:{line}:1: more fields than the header has columns")
        yield _of_columns(row)


def _parquet(path: Path) -> Iterator[Row]:
    for batch in parquet.batches(path, rows=1 << 14):
        yield from batch.to_pylist()


def _of_columns(row: Row) -> Row:
    """A flat row with its counts gathered under `usage`: columns that are named as counts, or begin with `usage.`."""
    usage = row.get("usage")
    if isinstance(usage, str) and usage:
        usage = _object(usage)
    if usage is None:
        usage = _logged(row.get("metadata"))
    if usage is None:
        names = {key: key.removeprefix("usage.") for key in row}
        flat = {name: row[key] for key, name in names.items() if name in known_columns() and row[key] not in (None, "")}
        usage = _nested(flat)
    return {**{key: value for key, value in row.items() if value not in (None, "")}, "usage": usage}


def _logged(metadata: Any) -> Any:
    """The provider's usage object as LiteLLM's spend logs keep it beside their flat counts, which lack its parts."""
    found = _object(metadata) if isinstance(metadata, str) else metadata
    return found.get("usage_object") if isinstance(found, Mapping) else None


def _object(text: str) -> Any:
    """JSON text as what it says; other text as it is, for the row to be told about."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return text


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`prompt_tokens_details.cached_tokens` as an object in an object; OpenTelemetry names stay whole."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = [key] if key.startswith("gen_ai.") else key.split(".")
        into = nested
        for step in path:
            into = into.setdefault(step, {})
        into[last] = value
    return nested
