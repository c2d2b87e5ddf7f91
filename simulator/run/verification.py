"""Is a run still what it was? Its files against the hashes in run.json, its reports made again from its evidence."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from simulator.figures import Figures
from simulator.run.directory import TRACE_FILE, RunDirectory
from simulator.run.ledger import CALLS_FILE, REQUESTS_FILE
from simulator.run.record import RunRecord, sha256, versions

EVIDENCE = frozenset({TRACE_FILE, REQUESTS_FILE, CALLS_FILE})
"""With `inputs/`: what everything else is derived from."""


class FileCheck(Figures):
    """One recorded file."""

    path: str
    outcome: Literal["same", "changed", "missing", "not rebuilt", "rebuilt otherwise"]
    """changed: the file is not what run.json recorded. rebuilt otherwise: the evidence now gives another file."""
    derived: bool


class Verification(Figures):
    """All recorded files; `holds` where each is as recorded and each derived one comes out the same again."""

    run: str
    files: list[FileCheck]
    other_versions: dict[str, str]
    """Packages that differ from the run's, `then → now`: the likely reason where only derived files differ."""
    holds: bool


def verify(directory: RunDirectory, *, rebuild: Callable[[Path], Iterable[str]]) -> Verification:
    """`rebuild` writes the derived files of this run into an empty directory and returns their names within it."""
    record = directory.read_record()
    again = _rebuilt(rebuild) if record.outputs.keys() - EVIDENCE else {}
    files = [*_checks(directory.path, record, again)]
    return Verification(
        run=record.id,
        files=files,
        other_versions=dict(_moved(record)),
        holds=bool(record.outputs) and all(file.outcome == "same" for file in files),
    )


def _rebuilt(rebuild: Callable[[Path], Iterable[str]]) -> dict[str, str]:
    """Every derived file as it comes out now, by its hash."""
    with tempfile.TemporaryDirectory() as scratch:
        return {name: sha256(Path(scratch) / name) for name in rebuild(Path(scratch))}


def _checks(path: Path, record: RunRecord, again: dict[str, str]) -> Iterator[FileCheck]:
    for name, recorded in sorted({**record.inputs, **record.outputs}.items()):
        derived = name in record.outputs and name not in EVIDENCE
        outcome = _on_disk(path / name, recorded)
        if outcome == "same" and derived:
            outcome = _made_again(again.get(name), recorded)
        yield FileCheck(path=name, outcome=outcome, derived=derived)


def _on_disk(path: Path, recorded: str) -> Literal["same", "changed", "missing", "not rebuilt", "rebuilt otherwise"]:
    if not path.is_file():
        return "missing"
    return "same" if sha256(path) == recorded else "changed"


def _made_again(now: str | None, recorded: str) -> Literal["same", "not rebuilt", "rebuilt otherwise"]:
    if now is None:
        return "not rebuilt"
    return "same" if now == recorded else "rebuilt otherwise"


def _moved(record: RunRecord) -> Iterator[tuple[str, str]]:
    now = versions()
    for name, then in record.versions.items():
        if now.get(name, "absent") != then:
            yield name, f"{then} → {now.get(name, 'absent')}"
