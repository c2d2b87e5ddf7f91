"""Read whatever a user points at: a known format, recognised or named, or any log through a mapping file."""

from pathlib import Path

from simulator.traffic import formats, mapping
from simulator.traffic.imported import Import


def read(path: Path, *, form: str | None = None) -> Import:
    """`form` is a format's name, the path of a mapping (`.yaml`), or None to recognise the file by its beginning."""
    if form is not None and form.endswith((".yaml", ".yml")):
        return mapping.read(path, Path(form))
    return formats.read(path, format=form)
