"""A new scenario from a shipped one: copied with its comments, under a new name."""

import re
from pathlib import Path
from typing import Any

from simulator.errors import BadInput, Precondition
from simulator.shipped import names, shipped
from simulator.traffic.fit import into, text

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PROFILE = re.compile(r"^\s*staging:\s*(\S+)", re.MULTILINE)


def start_scenario(name: str, *, start: str, folder: Path) -> list[Path]:
    """Write `folder/<name>.yaml` and, where they are not there yet, its schema and profile; returns what was written.

    Raises `BadInput` for a name that cannot be used or is taken, `Precondition` where the folder cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} is not a scenario name; use lower-case words joined by hyphens, as in my-app")
    target = folder / f"{name}.yaml"
    if target.exists():
        raise BadInput(f"{target}: is already there; choose another name")
    shown = _shipped_text(start)
    found = _PROFILE.search(shown)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"(?m)^name: .*$", f"name: {name}", shown, count=1), encoding="utf-8")
        wanted = ["schema/scenario.json", *([found[1]] if found else [])]
        return [target, *(path for name in wanted for path in _copied(name, folder))]
    except OSError as error:
        raise Precondition(f"{folder}: cannot be written: {error.strerror}") from None


def write_fitted(traffic: dict[str, Any], target: Path, *, start: str) -> None:
    """A shipped scenario with another `traffic:` block, written to `target` and its schema and profile beside it."""
    if target.exists():
        raise BadInput(f"{target}: is already there; choose another name")
    if target.suffix != ".yaml" or not _NAME.fullmatch(target.stem):
        raise BadInput(f"{target}: is not a scenario file; use lower-case words joined by hyphens, as in my-app.yaml")
    start_scenario(target.stem, start=start, folder=target.parent)
    target.write_text(into(target.read_text(encoding="utf-8"), text(traffic)), encoding="utf-8")


def _shipped_text(start: str) -> str:
    try:
        return shipped(f"scenarios/{start}.yaml").read_text(encoding="utf-8")
    except Precondition:
        known = ", ".join(names("scenarios"))
        raise BadInput(f"--from {start}: no shipped scenario of that name; there are {known}") from None


def _copied(name: str, folder: Path) -> list[Path]:
    """A shipped file beside the scenario, unless one is there already."""
    copy = folder / name
    if copy.exists():
        return []
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(shipped(f"scenarios/{name}").read_text(encoding="utf-8"), encoding="utf-8")
    return [copy]
