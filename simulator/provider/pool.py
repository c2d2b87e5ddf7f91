"""The machines behind one model: slots, a queue, prefill lanes, and answers written side by side.

Pure: time is handed in and moves forward only. Decoding is processor sharing in virtual time: a replica's clock V runs
at 1/step(n) with n answers being written, so an answer of L tokens and stretch J is done at V₀ + J·(L − 1), and only
the next end per replica needs an event.
"""

import heapq
from collections import deque
from typing import NamedTuple

from simulator.provider.course import Course
from simulator.provider.latency import PerToken
from simulator.provider.replica import Job, Replica, Stage


class Milestone(NamedTuple):
    """Something that happened in the pool: a job's first token, or its end."""

    at: float
    job: Job
    done: bool


class Pool:
    """Replicas, each with `max_sequences` slots, fed from one queue; the least loaded replica takes the next job."""

    def __init__(
        self, per_token: PerToken, *, replicas: int, max_sequences: int, queue: int, keeps_times: bool = False
    ) -> None:
        self.per_token = per_token
        self.max_sequences, self.queue_size = max_sequences, queue
        self.keeps_times = keeps_times
        self.replicas = self._new(replicas)
        self._leaving: list[Replica] = []
        self.waiting: deque[Job] = deque()
        self.active = 0
        self._order = 0
        self._events: list[tuple[float, int, Job | None, Replica, int]] = []

    def full(self) -> bool:
        """Whether every slot and the queue are taken."""
        return self.active >= self.max_sequences * len(self.replicas) + self.queue_size

    def offer(self, job: Job, now: float) -> None:
        """Take a job into a pool that is not full. Call `advance(now)` first."""
        job.offered_at = now
        self.active += 1
        self.waiting.append(job)
        self._let_in(now)

    def resize(self, per_token: PerToken, *, replicas: int, max_sequences: int, queue: int, now: float) -> None:
        """Go on with another size and speed. What is being written goes on; machines that go take nothing new."""
        busy = [replica for replica in [*self.replicas, *self._leaving] if replica.taken]
        for replica in busy:
            self._wind(replica, now)
        self.per_token, self.max_sequences, self.queue_size = per_token, max_sequences, queue
        self.replicas = self.replicas[:replicas] + self._new(replicas - len(self.replicas))
        self._leaving = [replica for replica in busy if replica not in self.replicas]
        for replica in busy:
            self._plan(replica)
        self._let_in(now)

    def next_at(self) -> float:
        """When something happens next by itself; infinity if nothing will."""
        while self._events and _is_void(self._events[0]):
            heapq.heappop(self._events)
        return self._events[0][0] if self._events else float("inf")

    def advance(self, now: float) -> list[Milestone]:
        """Everything that happened up to and with `now`, in order."""
        happened: list[Milestone] = []
        while self.next_at() <= now:
            at, _, job, replica, _ = heapq.heappop(self._events)
            if job is None:
                happened += self._pass_mark(heapq.heappop(replica.ends)[2], replica, at)
            else:
                happened += self._begin(job, replica, at)
        return happened

    def cancel(self, job: Job, now: float) -> None:
        """Stop a job and free its place; `job.wrote` says how far it came. No effect on one that has ended."""
        if job.stage is Stage.WAITING:
            self.waiting.remove(job)
            self._close(job, now, 0)
        elif job.stage is not Stage.ENDED:
            if job.stage is Stage.READING:
                self._leave_lane(job, now)
            self._end(job, now, self.written(job, now))

    def written(self, job: Job, now: float) -> int:
        """Tokens written by `now`, hidden ones too."""
        if job.stage is Stage.ENDED:
            return job.wrote
        if job.stage is not Stage.WRITING:
            return 0
        assert job.replica is not None
        clock = self._clock(job.replica, now)
        # The margin keeps a token that is due exactly now from being lost to rounding.
        return min(job.output_tokens, 1 + int((clock - job.v_start) / job.stretch + 1e-9))

    def due(self, job: Job, token: int, now: float) -> float:
        """When the `token`-th token (from 1) of a job being written will be, if the load stays as it is."""
        assert job.replica is not None
        missing = job.v_start + (token - 1) * job.stretch - self._clock(job.replica, now)
        return now + max(0.0, missing) * self.per_token.step_s(job.replica.writing)

    def _new(self, replicas: int) -> list[Replica]:
        return [Replica(course=Course() if self.keeps_times else None) for _ in range(replicas)]

    def _let_in(self, now: float) -> None:
        """The longest waiting jobs take the free slots, each on the least loaded machine."""
        while self.waiting:
            replica = min(self.replicas, key=_load)
            if replica.taken >= self.max_sequences:
                return
            self._start(self.waiting.popleft(), replica, now)

    def _start(self, job: Job, replica: Replica, now: float) -> None:
        job.stage, job.replica = Stage.READING, replica
        replica.taken += 1
        replica.lane.append(job)
        self._read(job, replica, now)

    def _read(self, job: Job, replica: Replica, now: float) -> None:
        """The prompt is read as soon as the lane is free."""
        job.started_at = max(now, replica.prefill_free_at)
        replica.prefill_free_at = job.started_at + job.prefill_s
        job.begins_at = job.started_at + job.first_token_s
        self._push(job.begins_at, job, replica, 0)

    def _leave_lane(self, job: Job, now: float) -> None:
        """Nobody waits for this prompt any more: what is behind it in the lane moves up."""
        replica = job.replica
        assert replica is not None
        assert job.started_at is not None
        place = replica.lane.index(job)
        behind = replica.lane[place + 1 :]
        del replica.lane[place]
        if now < job.started_at + job.prefill_s:
            replica.prefill_free_at = max(now, job.started_at)
            for one in behind:
                self._read(one, replica, now)

    def _begin(self, job: Job, replica: Replica, at: float) -> list[Milestone]:
        """The prompt is read, the first token written."""
        replica.lane.remove(job)
        self._wind(replica, at)
        job.stage, job.began_at, job.v_start = Stage.WRITING, at, replica.clock
        replica.writing += 1
        job.batch_at_first = replica.writing
        if not job.hidden_tokens:
            return self._pass_mark(job, replica, at)
        self._set_mark(job, replica, min(job.hidden_tokens + 1, job.output_tokens))
        return []

    def _pass_mark(self, job: Job, replica: Replica, at: float) -> list[Milestone]:
        """A job has come to its first visible token, to its last, or to both at once."""
        self._wind(replica, at)
        if job.first_token_at is not None or job.hidden_tokens == job.output_tokens:
            return [self._end(job, at, job.output_tokens)]
        job.first_token_at = at
        first = Milestone(at, job, done=False)
        if job.output_tokens == job.hidden_tokens + 1:
            return [first, self._end(job, at, job.output_tokens)]
        self._set_mark(job, replica, job.output_tokens)
        return [first]

    def _set_mark(self, job: Job, replica: Replica, token: int) -> None:
        self._order += 1
        heapq.heappush(replica.ends, (job.v_start + job.stretch * (token - 1), self._order, job))
        self._plan(replica)

    def _end(self, job: Job, at: float, wrote: int) -> Milestone:
        """Take a job out of its replica, let the next waiting one in."""
        replica = job.replica
        assert replica is not None
        self._wind(replica, at)
        if replica.course is not None and wrote:
            job.token_times = replica.course.times(
                begun_at=job.began_at, begun_clock=job.v_start, stretch=job.stretch, tokens=wrote
            )
        replica.writing -= job.stage is Stage.WRITING
        replica.taken -= 1
        self._close(job, at, wrote)
        self._plan(replica)
        self._let_in(at)
        return Milestone(at, job, done=True)

    def _close(self, job: Job, at: float, wrote: int) -> None:
        job.stage, job.ended_at, job.wrote = Stage.ENDED, at, wrote
        self.active -= 1

    def _clock(self, replica: Replica, now: float) -> float:
        if not replica.writing:
            return replica.clock
        return replica.clock + (now - replica.clock_at) / self.per_token.step_s(replica.writing)

    def _wind(self, replica: Replica, now: float) -> None:
        replica.clock, replica.clock_at = self._clock(replica, now), now
        if replica.course is not None:
            replica.course.pass_by(now, replica.clock)

    def _plan(self, replica: Replica) -> None:
        """Set the event of the replica's next end; the earlier one is void."""
        replica.version += 1
        replica.tidy()
        if replica.ends:
            left = max(0.0, replica.ends[0][0] - replica.clock) * self.per_token.step_s(replica.writing)
            self._push(replica.clock_at + left, None, replica, replica.version)

    def _push(self, at: float, job: Job | None, replica: Replica, version: int) -> None:
        self._order += 1
        heapq.heappush(self._events, (at, self._order, job, replica, version))


def _load(replica: Replica) -> int:
    return replica.taken


def _is_void(event: tuple[float, int, Job | None, Replica, int]) -> bool:
    at, _, job, replica, version = event
    if job is None:
        return version != replica.version
    return job.stage is not Stage.READING or at != job.begins_at
