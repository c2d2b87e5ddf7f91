"""The files that a plan names, as this host has them: what is not what was planned is refused."""

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from simulator.errors import InvalidFile
from simulator.replay.plan import OwnPrompts, ReplayPlan
from simulator.traffic.chats import Chats, read
from simulator.traffic.trace import Trace


def trace(plan: ReplayPlan, fetch: Callable[[], bytes]) -> Trace:
    """From this host's disk, else from the bytes that `fetch` gives. Raises `InvalidFile` for another than planned."""
    found = _read(plan.trace, fetch)
    if found.digest() != plan.trace_digest:
        raise InvalidFile(f"{plan.trace}: not the trace that was planned, its digest differs; copy it here again")
    return found


def chats(plan: ReplayPlan) -> dict[str, Chats]:
    """A user's own prompts by journey. Raises `InvalidFile` for others than planned."""
    return {journey: _checked(own) for journey, own in plan.prompts.items()}


def _read(path: Path, fetch: Callable[[], bytes]) -> Trace:
    if path.exists():
        return Trace.read(path)
    with NamedTemporaryFile(suffix=path.suffix) as sent:
        sent.write(fetch())
        sent.flush()
        return Trace.read(Path(sent.name))


def _checked(own: OwnPrompts) -> Chats:
    found = read(own.path)
    if found.sha256 != own.sha256:
        raise InvalidFile(f"{own.path}: not the prompts that were planned, their digest differs; copy them here again")
    return found
