"""Commands import what they need when they are typed, so any module may be the first to be read."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

from tests.conftest import ROOT

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "simulator").rglob("*.py")
}


def read_before(path: Path) -> Iterator[str]:
    """What a module's own lines import; what its functions and type checkers import comes later, or never."""
    for line in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Import):
            yield from (name.name for name in line.names)
        elif isinstance(line, ast.ImportFrom):
            names = [f"{line.module}.{name.name}" for name in line.names]
            yield from (name if name in FILES else line.module or "" for name in names)


def test_no_module_waits_for_itself() -> None:
    before = {name: FILES.keys() & set(read_before(path)) for name, path in FILES.items()}
    assert len(list(TopologicalSorter(before).static_order())) == len(FILES) > 400  # raises CycleError
