"""Where the files that come with Tenfold lie: `pricing/…` and `scenarios/…`."""

from pathlib import Path

from simulator.errors import Precondition

_PLACES = (Path(__file__).parent / "shipped_files", Path(__file__).parent.parent)


def names(folder: str) -> list[str]:
    """What YAML files of a folder come with Tenfold, without their ending: `names("scenarios")`."""
    return sorted({file.stem for place in _PLACES for file in (place / folder).glob("*.yaml")})


def shipped(name: str) -> Path:
    """A file by its path in the repository: inside the package in a wheel, at the top level in a checkout."""
    for folder in _PLACES:
        if (folder / name).is_file():
            return folder / name
    raise Precondition(f"{name} is not part of this installation; install Tenfold again")
