"""One machine of a model, and the answers that it reads and writes. Pure: time is handed in."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from simulator.provider.course import Course

_FEW = 64


class Stage(IntEnum):
    """Where a job is."""

    WAITING = 0
    READING = 1
    WRITING = 2
    ENDED = 3


@dataclass(slots=True, eq=False)
class Job:
    """One answer to be written. Times are seconds since the pool's start."""

    output_tokens: int
    prefill_s: float
    """Time in the replica's prefill lane, which serves one prompt at a time."""
    first_token_s: float
    """Time from the start of the prefill to the first token."""
    stretch: float
    hidden_tokens: int = 0
    """Tokens written first that nobody sees (reasoning); part of `output_tokens`."""
    stage: Stage = Stage.WAITING
    replica: "Replica | None" = None
    offered_at: float = 0.0
    started_at: float | None = None
    """When the prefill began: what lies between is queueing."""
    begins_at: float = 0.0
    """When its first token is due, as the lane before it stands now."""
    first_token_at: float | None = None
    """Of those that are seen; None where the answer ends before."""
    ended_at: float | None = None
    batch_at_first: int = 0
    """Answers being written on the replica when this one began, itself included."""
    v_start: float = 0.0
    began_at: float = 0.0
    """When its first token was written, hidden or not."""
    wrote: int = 0
    """Tokens written when it ended: fewer than `output_tokens` where it was cancelled."""
    token_times: Sequence[float] = ()
    """When each of those was, in a pool that keeps times; set at its end."""

    @property
    def shown(self) -> int:
        """Tokens of an ended answer that could be seen."""
        return max(0, self.wrote - self.hidden_tokens)


@dataclass(slots=True, eq=False)
class Replica:
    """One machine. `clock` is V, true at `clock_at`."""

    taken: int = 0
    writing: int = 0
    lane: list[Job] = field(default_factory=list)
    """Whose first token is still to come, in the order of their prefill."""
    prefill_free_at: float = 0.0
    clock: float = 0.0
    clock_at: float = 0.0
    version: int = 0
    ends: list[tuple[float, int, Job]] = field(default_factory=list)
    course: Course | None = None
    """Where the clock has been, in a pool that keeps times."""

    def tidy(self) -> None:
        """Let go of what nobody needs any more: answers that ended before their end, and the clock's distant past."""
        while self.ends and self.ends[0][2].stage is Stage.ENDED:
            heapq.heappop(self.ends)
        if len(self.ends) > 2 * self.writing + _FEW:
            self.ends = [end for end in self.ends if end[2].stage is not Stage.ENDED]
            heapq.heapify(self.ends)
        if self.course is not None and self.course.long:
            self.course.forget(min((end[2].v_start for end in self.ends), default=self.clock))
