"""Write a trace as its file's name says: our own Parquet, or JSON lines for other load generators."""

import os
from pathlib import Path

from simulator.errors import BadInput, Precondition
from simulator.traffic import interchange
from simulator.traffic.trace import Trace

SUFFIXES = (".parquet", ".jsonl", ".jsonl.gz")


def check(path: Path) -> None:
    """Raises `BadInput` for a name of another kind: before the work, not after it."""
    if not path.name.endswith(SUFFIXES):
        raise BadInput(f"{path}: is no name for a trace; write {', '.join(SUFFIXES)}")


def write(trace: Trace, path: Path) -> None:
    """Raises `BadInput` for another suffix, `Precondition` where the file cannot be written."""
    check(path)
    try:
        if path.name.endswith(".parquet"):
            trace.write(path)
        else:
            interchange.write(trace, path)
    except OSError as error:
        raise Precondition(f"{path}: cannot be written: {os.strerror(error.errno) if error.errno else error}") from None
