"""Read whatever a user points at: a known format, recognised or named, or any log through a mapping file."""

from collections.abc import Sequence
from pathlib import Path

from simulator.traffic import formats, mapping
from simulator.traffic.formats.own import Own
from simulator.traffic.imported import Import, Report
from simulator.traffic.trace import Trace


def read(path: Path, *, form: str | None = None, columns: Sequence[str] | None = None) -> Import:
    """`form` is a format's name, the path of a mapping (`.yaml`), or None to recognise the file by its beginning.

    `columns` are all that the caller needs: of a trace.parquet only they are read, any other log is read whole.
    """
    if form is not None and form.endswith((".yaml", ".yml")):
        return mapping.read(path, Path(form))
    if columns is not None and (form or formats.sniff(path).name) == Own.name:
        trace = Trace.read(path, columns=columns)
        return Import(trace, Report(Own.name, read=len(trace)))
    return formats.read(path, form=form)
