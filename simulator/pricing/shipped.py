"""Where the price files that come with Tenfold lie."""

from pathlib import Path

import simulator
from simulator.errors import Precondition

_PACKAGE = Path(simulator.__file__).parent


def shipped(name: str) -> Path:
    """A file of the `pricing/` folder: inside the package in a wheel, at the top of the repository in a checkout."""
    for folder in (_PACKAGE / "shipped" / "pricing", _PACKAGE.parent / "pricing"):
        if (folder / name).is_file():
            return folder / name
    raise Precondition(f"pricing/{name} is not part of this installation; install Tenfold again")
