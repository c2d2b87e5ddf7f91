"""The results directory of one run: made under a name that says it is not whole yet, renamed when it is."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from simulator.errors import BadInput, InvalidFile, Precondition
from simulator.run.record import RunRecord

RECORD = "run.json"
SCENARIO_FILE, PROFILE_FILE, RATES_FILE = "inputs/scenario.yaml", "inputs/profile.yaml", "inputs/rates.yaml"
TRACE_FILE = "trace.parquet"
_PARTIAL = ".partial"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(slots=True)
class RunDirectory:
    """`path` is where the files are now: `<final>.partial` until `commit`."""

    path: Path
    final: Path

    @classmethod
    def create(cls, root: Path, scenario: str, *, seed: int, out: Path | None = None) -> "RunDirectory":
        """Make `<root>/<UTC time>_<scenario>_<6 hex>.partial`, or `<out>.partial` where `out` is the directory itself.

        Raises `BadInput` where `out` holds something, `Precondition` where nothing can be written.
        """
        final = out or root / _name(scenario, seed=seed)
        partial = final.with_name(final.name + _PARTIAL)
        for taken in (final, partial):
            _refuse_if_used(taken)
        with writing(partial):
            partial.mkdir(parents=True, exist_ok=True)
            (partial / "inputs").mkdir(exist_ok=True)
        return cls(path=partial, final=final)

    @classmethod
    def open(cls, path: Path) -> "RunDirectory":
        """A run to read, finished or partial. Raises `InvalidFile` where there is none."""
        path = path if path.name else path.resolve()  # `.` is a run, too, for who stands in it
        for candidate in (path, path.with_name(path.name + _PARTIAL)):
            if os.path.isfile(candidate / RECORD):  # noqa: PTH113  # no error for a name that is too long
                return cls(path=candidate, final=candidate.with_name(candidate.name.removesuffix(_PARTIAL)))
        raise InvalidFile(f"{path}: no run here ({RECORD} is missing); make one with `tenfold run`")

    @property
    def id(self) -> str:
        return self.final.name.removesuffix(_PARTIAL)

    @property
    def whole(self) -> bool:
        """Whether the run was committed."""
        return not self.path.name.endswith(_PARTIAL)

    def commit(self) -> Path:
        """Rename to the final name: from here on the run is whole."""
        with writing(self.final):
            os.replace(self.path, self.final)  # noqa: PTH105  # an empty directory of the final name is replaced
        self.path = self.final
        return self.path

    def keep(self, source: Path, *, name: str | None = None) -> Path:
        """Copy an input byte for byte into `inputs/`; returns the copy."""
        target = self.path / "inputs" / (name or source.name)
        with writing(target):
            shutil.copyfile(source, target)
        return target

    def write_record(self, record: RunRecord) -> None:
        """run.json, replaced in one step so that a reader never meets half of it."""
        target = self.path / RECORD
        with writing(target):
            draft = target.with_name(RECORD + ".new")
            draft.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
            draft.replace(target)

    def read_record(self) -> RunRecord:
        """Raises `InvalidFile` where run.json is not one, or of another version."""
        path = self.path / RECORD
        try:
            return RunRecord.model_validate_json(path.read_bytes())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "file"
            raise InvalidFile(f"{path}: {where}: {first['msg']}; written by another version?") from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what a disk says into one line and a next step."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Precondition(
                f"{path}: the disk is full; free some space or choose another place with --out"
            ) from None
        if error.errno in _REFUSED:
            raise Precondition(
                f"{path}: cannot be written ({error.strerror}); choose another place with --out"
            ) from None
        raise Precondition(f"{path}: {error.strerror or error}; choose another place with --out") from None


def _refuse_if_used(path: Path) -> None:
    if path.is_file():
        raise BadInput(f"{path}: is a file; --out names a directory for the run")
    with writing(path):
        used = path.is_dir() and any(path.iterdir())
    if used:
        partial = path.name.endswith(_PARTIAL)
        what = "holds an unfinished run" if partial else "is not empty"
        raise BadInput(f"{path}: {what}; choose another --out, or remove it first")


def _name(scenario: str, *, seed: int) -> str:
    now = datetime.now(UTC)
    unique = hashlib.sha256(f"{scenario} {seed} {time.time_ns()}".encode()).hexdigest()[:6]
    return f"{now:%Y%m%dT%H%M%SZ}_{scenario}_{unique}"
