"""The records of an export file: pages of buckets of results, JSON objects, JSON lines, or CSV rows."""

import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator import delimited
from simulator.errors import InvalidFile
from simulator.spend.actuals.export import Record
from simulator.yamlfile import read_text


def records(path: Path) -> Iterator[Record]:
    """Flat records with lower-case keys, nested ones joined by dots.

    Raises `InvalidFile` where the file is neither, or where its last page says that more pages follow.
    """
    content = read_text(path).removeprefix("\ufeff")
    if content.lstrip()[:1] not in ("{", "["):
        yield from (_flat(row) for _, row in delimited.rows(io.StringIO(content), name=str(path)))
        return
    pages = list(_json(path, content))
    if pages and isinstance(pages[-1], Mapping) and pages[-1].get("has_more"):
        raise InvalidFile(
            f"{path}: the last page says has_more: fetch the pages that follow and put them into the file"
        )
    for number, page in enumerate(pages, 1):
        try:
            yield from (_flat(record) for record in _of_page(page))
        except InvalidFile as error:
            raise InvalidFile(f"{path}: page {number}: {error}") from None


def _json(path: Path, content: str) -> list[Any]:
    try:
        whole = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return [_line(path, number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    return whole if isinstance(whole, list) else [whole]


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InvalidFile(f"{path}:{number}:{error.colno}: neither JSON nor JSON lines: {error.msg}") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, a thousand brackets
        raise InvalidFile(f"{path}:{number}:1: not JSON that can be read: {error}") from None


def _of_page(page: Any) -> Iterator[Mapping[str, Any]]:
    """A page's buckets' results, each with its bucket's times; Azure's `value`; else the object itself."""
    inner = _object(page).get("data", page.get("value"))
    if not isinstance(inner, list):
        yield page
        return
    for bucket in map(_object, inner):
        times = {key: value for key, value in bucket.items() if key not in ("results", "properties", "object")}
        if isinstance(bucket.get("results"), list):
            yield from ({**times, **_object(result)} for result in bucket["results"])
        else:
            yield {**times, **_object(bucket.get("properties", {}))}


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidFile(f"{str(value)[:40]!r} stands where a record should: not a JSON object")
    return value


def _flat(record: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{path}{str(key).lower()}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat
