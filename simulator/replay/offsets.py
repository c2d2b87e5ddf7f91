"""Clocks of other hosts: how far a worker's monotonic clock is from the conductor's, from pings and their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_NAMESPACE = Path("/proc/self/ns/time")  # since Linux 5.6; containers may have their own, with another clock


def boot_id() -> str | None:
    """Names this start of this machine, where the system says so: processes that share it share the clock."""
    try:
        namespace = _TIME_NAMESPACE.readlink() if _TIME_NAMESPACE.is_symlink() else ""
        return f"{_BOOT_ID.read_text(encoding='ascii').strip()} {namespace}"
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Ping:
    """One question and its answer, nanoseconds: sent and received by our clock, answered by the other."""

    sent_ns: int
    there_ns: int
    received_ns: int
    boot: str | None = None

    @property
    def error_ns(self) -> int:
        """The answer was given at some time between: half of that is what the offset can be wrong by."""
        return (self.received_ns - self.sent_ns) // 2

    @property
    def offset_ns(self) -> int:
        return self.there_ns - (self.sent_ns + self.received_ns) // 2


@dataclass(frozen=True, slots=True)
class Offset:
    """The other clock minus ours."""

    offset_ns: int
    error_ns: int


def offset(pings: Iterable[Ping], *, here: str | None) -> Offset:
    """Exactly nothing on the same host; else by the ping that took the least time (RFC 5905, clock filter)."""
    best = min(pings, key=lambda ping: ping.error_ns)
    if here is not None and best.boot == here:
        return Offset(0, 0)
    return Offset(best.offset_ns, best.error_ns)
