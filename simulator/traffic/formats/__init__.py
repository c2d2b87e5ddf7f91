"""Logs and traces that users own, one format per file. `read` sniffs the format and gives a trace with a report."""

from pathlib import Path

from simulator.errors import BadInput, InvalidFile
from simulator.registry import by_word
from simulator.traffic.formats.format import Format, Head
from simulator.traffic.imported import Import
from simulator.traffic.records import opened

SNIFFED = 64 * 1024
"""Bytes at a file's beginning that formats look at."""


def known() -> dict[str, Format]:
    """All formats by name, ours and those of installed packages."""
    return {name: kind() for name, kind in by_word(__name__, Format, "name").items()}


def read(path: Path, *, form: str | None = None) -> Import:
    """Read a file. Raises `InvalidFile` where no format fits, or more than one, or what was read is to be doubted;
    `BadInput` for an unknown name."""
    head = _head(path)  # also tells a missing file in one line
    if form:
        return _named(form).read(path)
    recognised = _fitting(path, head)
    found = recognised.read(path)
    if doubt := recognised.doubt(found):
        raise InvalidFile(f"{path}: {doubt}")
    return found


def sniff(path: Path) -> Format:
    """The one format that a file's beginning fits."""
    return _fitting(path, _head(path))


def _fitting(path: Path, head: Head) -> Format:
    fitting = [one for one in known().values() if one.fits(head)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InvalidFile(f"{path}: fits several formats; name one with --format: {', '.join(f.name for f in fitting)}")
    if not (head.text.strip() or head.columns):
        raise InvalidFile(f"{path}: the file is empty")
    names = ", ".join(sorted(known()))
    raise InvalidFile(
        f"{path}: fits no known format; name one with --format ({names}), or say which column is what in a file for "
        "--format mapping.yaml, as in `columns: {at: time, input_tokens: prompt, output_tokens: completion}`"
    )


def _named(name: str) -> Format:
    try:
        return known()[name]
    except KeyError:
        raise BadInput(f"{name!r} is not a format; known are {', '.join(sorted(known()))}") from None


def _head(path: Path) -> Head:
    try:
        with opened(path) as file:
            begin = file.read(SNIFFED)
    except FileNotFoundError:
        raise InvalidFile(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InvalidFile(f"{path}: cannot be read: {error.strerror or error}") from None
    return Head("", _columns(path)) if begin.startswith(b"PAR1") else Head(begin.decode(errors="replace"))


def _columns(path: Path) -> tuple[str, ...]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return tuple(parquet.read_schema(path).names)
    except (OSError, pa.ArrowInvalid) as error:
        raise InvalidFile(f"{path}: not readable as Parquet: {error}") from None
