"""What providers say they counted and charged: one kind of export per file of this folder."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from simulator.errors import InvalidFile
from simulator.registry import by_word
from simulator.spend.actuals.export import Actual, Export, Record
from simulator.spend.actuals.records import records


def known() -> dict[str, Export]:
    """All kinds by name, ours and those of installed packages."""
    return {name: kind() for name, kind in by_word(__name__, Export, "name").items()}


def read(paths: Iterable[Path]) -> list[Actual]:
    """All lines of one or more exports, of one kind or several (a cost and a usage report). Raises `InvalidFile`."""
    return [line for path in paths for line in _read(path)]


def _read(path: Path) -> Iterator[Actual]:
    kind: Export | None = None
    for number, record in enumerate(records(path), 1):
        kind = kind or _fitting(path, record)
        if not kind.fits(record):
            raise InvalidFile(f"{path}: record {number}: no record of {kind.name}, as the first one is")
        try:
            yield from kind.lines(record)
        except InvalidFile as error:
            raise InvalidFile(f"{path}: record {number}: {error}") from None
    if kind is None:
        raise InvalidFile(f"{path}: no records")


def _fitting(path: Path, record: Record) -> Export:
    fitting = [one for one in known().values() if one.fits(record)]
    if len(fitting) != 1:
        names = ", ".join(sorted(one.name for one in fitting) or sorted(known()))
        what = "fits several kinds of export" if fitting else "fits no known kind of export"
        raise InvalidFile(f"{path}: {what}: {names}")
    return fitting[0]
