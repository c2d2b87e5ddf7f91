"""A wake-up at an absolute monotonic time: a timerfd where there is one, because libev rounds to milliseconds."""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from gevent.hub import get_hub

from simulator.replay.clock import now

_NS = 1_000_000_000
# <sys/timerfd.h>, the same on every Linux architecture that CPython supports.
_CLOEXEC, _NONBLOCK, _ABSOLUTE = 0o2000000, 0o4000, 1


class KernelAlarm:
    """timerfd. Python has it since 3.13; before that it is called through ctypes."""

    name = "timerfd"

    def __init__(self, ring: Callable[[], None]) -> None:
        self._set, self.fd = _native() if hasattr(os, "timerfd_create") else _foreign()
        self._watcher = get_hub().loop.io(self.fd, 1)
        self._watcher.start(self._rang, ring)

    def at(self, due_ns: int) -> None:
        """Ring once at `due_ns`, at once if that is past; replaces an earlier call."""
        self._set(max(due_ns, 1))

    def _rang(self, ring: Callable[[], None]) -> None:
        try:
            os.read(self.fd, 8)
        except BlockingIOError:  # set anew between the poll and this callback
            return
        ring()

    def close(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        os.close(self.fd)


class LoopAlarm:
    """The event loop's own timer, where the system has no timerfd: right to about a millisecond."""

    name = "event loop timer"

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._timer: Any = None

    def at(self, due_ns: int) -> None:
        self.close()
        self._timer = get_hub().loop.timer(max(0.0, (due_ns - now()) / _NS))
        self._timer.start(self._ring, update=True)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None


def alarm(ring: Callable[[], None]) -> KernelAlarm | LoopAlarm:
    """The best alarm of this system; `ring` runs in the hub and must not block."""
    return KernelAlarm(ring) if sys.platform == "linux" else LoopAlarm(ring)


def _native() -> tuple[Callable[[int], Any], int]:
    timer: Any = os
    fd: int = timer.timerfd_create(time.CLOCK_MONOTONIC, flags=timer.TFD_NONBLOCK | timer.TFD_CLOEXEC)
    return lambda due: timer.timerfd_settime_ns(fd, flags=timer.TFD_TIMER_ABSTIME, initial=due), fd


def _foreign() -> tuple[Callable[[int], Any], int]:
    libc = ctypes.CDLL(None, use_errno=True)
    fd: int = libc.timerfd_create(time.CLOCK_MONOTONIC, _NONBLOCK | _CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    spec = (ctypes.c_long * 4)()  # struct itimerspec: interval s, ns; value s, ns

    def settime(due: int) -> None:
        spec[2], spec[3] = divmod(due, _NS)
        libc.timerfd_settime(fd, _ABSOLUTE, spec, None)

    return settime, fd
