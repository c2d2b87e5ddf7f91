"""The open loop's clockwork: calls what is due, at absolute times. Lateness never moves what comes after it."""

import heapq
from collections.abc import Callable
from typing import Protocol

from simulator.replay.clock import now as monotonic

_NS = 1_000_000_000
TICK_NS = 10_000_000
"""Resolution of timeouts and of the hub's stall monitor: they need not be exact, and a coarse wheel costs nothing."""


class Alarm(Protocol):
    def at(self, due_ns: int) -> None: ...


class Pacer:
    """A heap of due times on one alarm, and a wheel of timeouts. `pump` runs in the hub whenever the alarm rings."""

    def __init__(self, *, now: Callable[[], int] = monotonic) -> None:
        self.now = now
        self.stall_max_ns = 0
        """Longest time that the hub was late for a tick."""
        self._alarm: Alarm | None = None
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._wheel: dict[int, set[Timeout]] = {}
        self._tick = 0
        self._count = 0
        self._pumping = False

    def start(self, alarm: Alarm) -> None:
        """Begin to tick. The alarm must call `pump`."""
        self._alarm = alarm
        self._tick = self.now() // TICK_NS
        self._arm()

    def at(self, due_ns: int, call: Callable[[], None]) -> None:
        """Call at `due_ns`, or as soon after it as the hub is free; equal times keep their order."""
        self._count += 1
        heapq.heappush(self._heap, (due_ns, self._count, call))
        if not self._pumping and self._alarm is not None and self._heap[0][1] == self._count:
            self._arm()

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        self.at(self.now() + int(seconds * _NS), call)

    def timeout(self, due_ns: int, call: Callable[[], None]) -> "Timeout":
        """Call between `due_ns` and a few ticks later, unless cancelled; cancelling is cheap."""
        tick = due_ns // TICK_NS + 1
        slot = self._wheel.setdefault(max(tick, self._tick + 1), set())
        one = Timeout(slot, call)
        slot.add(one)
        return one

    def pump(self) -> None:
        """Run what is due, in order of its time, and set the alarm for the next."""
        self._pumping = True
        heap = self._heap
        try:
            while heap and heap[0][0] <= self.now():
                heapq.heappop(heap)[2]()
            self._turn()
        finally:
            self._pumping = False
            self._arm()

    def _turn(self) -> None:
        """Fire the timeouts of all ticks that have passed."""
        now = self.now()
        last = now // TICK_NS
        if last > self._tick:
            self.stall_max_ns = max(self.stall_max_ns, now - (self._tick + 1) * TICK_NS)
        while self._tick < last:
            self._tick += 1
            for one in list(self._wheel.pop(self._tick, ())):
                one.call()

    def _arm(self) -> None:
        if self._alarm is not None:
            tick_due = (self._tick + 1) * TICK_NS
            self._alarm.at(min(self._heap[0][0], tick_due) if self._heap else tick_due)


class Timeout:
    """One entry of the wheel."""

    __slots__ = ("_slot", "call")

    def __init__(self, slot: set["Timeout"], call: Callable[[], None]) -> None:
        self._slot = slot
        self.call = call

    def cancel(self) -> None:
        self._slot.discard(self)
