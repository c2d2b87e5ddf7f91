"""Where the files that come with Tenfold lie: `pricing/…` and `scenarios/…`."""

from pathlib import Path

from simulator.errors import Precondition

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """A file by its path in the repository: inside the package in a wheel, at the top level in a checkout."""
    for folder in (_PACKAGE / "shipped_files", _PACKAGE.parent):
        if (folder / name).is_file():
            return folder / name
    raise Precondition(f"{name} is not part of this installation; install Tenfold again")
