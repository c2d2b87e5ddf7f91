"""run.json: what was run, by which command, with what, and how it ended. No host, no user, no key."""

import hashlib
import platform
import re
import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simulator.figures import Figures

Status = Literal["running", "complete", "interrupted", "stopped", "failed"]
VerdictWord = Literal["VALID", "CLIENT-LIMITED", "INCOMPLETE"]

_PACKAGES = ("tenfold", "locust", "numpy", "pyarrow", "pydantic", "tiktoken", "genai-prices", "aiohttp")
_SECRET_FLAG = re.compile(r"(?i)^--?[\w-]*(?:key|token|secret|password|authorization)[\w-]*")
_PLAIN = re.compile(r"[^\s'\"`\\$&|;<>()#~?\[\]{}!]+")
"""A word that a shell takes as it stands; `***` is left as it is, since it stands for something."""
_SECRET_TEXT = re.compile(r"(?i)\b(?:sk|pk|rk|xai|gsk)[-_][\w-]{8,}|bearer\s+\S+|(?<=://)[^/@\s]+@")


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment needs its zone, as in 2026-12-01T09:00:00+00:00")
    return text


class GeneratorHealth(Figures):
    """What a driver says about itself in one rung; rows cannot tell it. Unknown is None."""

    hub_stall_max_s: float | None = None
    """Longest time that the generator's event loop did not turn."""
    endpoint_lag_p99_s: float | None = None
    cpu_share: float | None = None
    workers_planned: int = 1
    workers_reported: int = 1
    clock: str
    """kernel receive timestamps, monotonic clock or virtual time."""
    clock_error_max_s: float | None = None
    """How far apart workers' zeros may lie: half of the quickest ping to another host; 0 on one host."""
    in_flight_mean: float | None = None
    """Requests in flight, averaged over the driver's looks within the planned span."""
    in_flight_every_s: float | None = Field(default=None, gt=0)
    """How often it looked."""


class RungRecord(Figures):
    """One rung as the driver ran it."""

    scale: float
    strategy: str
    replicate: int = 1
    started_at: str
    """UTC, ISO 8601."""
    planned_span_s: float = Field(gt=0)
    """Of a closed loop, which has no plan of times: what it took."""
    planned: int
    sent: int
    dropped: int
    sampled: bool = False
    """A sample of the requests on one model (`--matrix`): evidence for other strategies, no part of the launch."""
    health: GeneratorHealth


class RunRecord(Figures):
    """run.json, whole. `inputs` and `outputs` map paths within the run directory to SHA-256."""

    schema_version: Literal["run/1"] = "run/1"
    id: str
    scenario: str
    description: str = ""
    status: Status
    ended_by: str | None = None
    """Why it ended before its end, in the driver's words."""
    verdict: VerdictWord
    reasons: list[str] = Field(default_factory=list)
    command: str
    """As typed, with keys redacted and paths made relative."""
    seed: int
    started_at: Annotated[str, AfterValidator(_moment)]
    duration_s: float
    target: str
    simulated: bool
    multiply: str
    trace: str
    versions: dict[str, str]
    rungs: list[RungRecord]
    inputs: dict[str, str]
    outputs: dict[str, str] = Field(default_factory=dict)
    prompts: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of a user's own prompts, by the path that they were read from; their text is not kept unless asked."""


def versions() -> dict[str, str]:
    """Python and the packages whose version can move a figure."""
    return {"python": platform.python_version(), **{name: v for name in _PACKAGES if (v := _version(name))}}


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes(directory: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 by path within `directory`, for the files that exist."""
    return {name: sha256(directory / name) for name in sorted(names) if (directory / name).is_file()}


def redacted(words: Sequence[str], *, here: Path) -> str:
    """A command line that may be published: keys become `***`, paths inside `here` relative, others their last part."""
    shown: list[str] = []
    for word in words:
        hidden = shown and _SECRET_FLAG.match(shown[-1]) and "=" not in shown[-1] and not word.startswith("-")
        shown.append("***" if hidden else _shown(word, here))
    return quoted(shown)


def quoted(words: Iterable[str]) -> str:
    """Words as a line that a shell takes: `'my app.yaml'`."""
    return " ".join(word if _PLAIN.fullmatch(word) else shlex.quote(word) for word in words)


def words_of(line: str) -> list[str]:
    """A command line's words; one that no shell would take is cut at its blanks."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def relative(path: Path, *, here: Path) -> str:
    """A path as it may be written down: relative inside `here`, else its last part only."""
    full = path.absolute()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else full.name


def _shown(word: str, here: Path) -> str:
    flag, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    if equals and _SECRET_FLAG.match(flag):
        return f"{flag}=***"
    plain = relative(Path(value), here=here) if Path(value).is_absolute() else _SECRET_TEXT.sub("***", value)
    return f"{flag}{equals}{plain}" if equals or not flag else flag


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
