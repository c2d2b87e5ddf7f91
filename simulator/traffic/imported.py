"""A log that was read: the trace it became, and what happened to its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.traffic.trace import Trace
from simulator.units import count_text

SHOWN = 5
"""Line numbers given as examples per reason."""


@dataclass
class Report:
    """What happened to the rows of a file: read = kept + Σ dropped, always."""

    format: str
    read: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    """The first lines per reason."""
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        return self.read - sum(self.dropped.values())

    def drop(self, reason: str, lines: Iterable[int]) -> None:
        """Count rows that are left out."""
        self._count(self.dropped, reason, list(lines))

    def repair(self, reason: str, lines: Iterable[int]) -> None:
        """Count rows that are kept, changed as the reason says."""
        self._count(self.repaired, reason, list(lines))

    def _count(self, counts: dict[str, int], reason: str, lines: list[int]) -> None:
        if lines:
            counts[reason] = counts.get(reason, 0) + len(lines)
            shown = self.lines.setdefault(reason, [])
            shown.extend(lines[: SHOWN - len(shown)])

    def text(self) -> str:
        """For people, one line per fact."""
        head = f"{self.format}: {count_text(self.read)} rows read, {count_text(self.kept)} kept"
        counted = [("dropped", self.dropped), ("repaired", self.repaired)]
        rest = [
            f"{word} {count_text(n)}: {why} ({self._at(why, n)})" for word, all_ in counted for why, n in all_.items()
        ]
        return "\n".join([head, *rest, *self.notes])

    def _at(self, reason: str, count: int) -> str:
        return f"line {', '.join(map(str, self.lines[reason]))}{', …' if count > SHOWN else ''}"


@dataclass(frozen=True, slots=True)
class Import:
    """A log as a trace, and what it took."""

    trace: Trace
    report: Report
