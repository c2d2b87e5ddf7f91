"""Answers that a strategy holds back until they have passed a check: nobody sees them while they stream."""

import re
from collections.abc import Iterable

_STEP = re.compile(r"(?<=\.cascade\.)\d+(?=\.)")


def held(nodes: Iterable[str]) -> set[str]:
    """Those of the asking nodes' paths whose answers are checked before they are shown.

    A cascade checks every step but its last; which one is the last is read from the paths, and the first never is.
    """
    paths = set(nodes)
    return {path for path in paths if any(_is_checked(path, step, paths) for step in _STEP.finditer(path))}


def _is_checked(path: str, step: re.Match[str], paths: set[str]) -> bool:
    number = int(step.group())
    return number == 0 or any(other.startswith(f"{path[: step.start()]}{number + 1}.") for other in paths)
