"""Alarms ring at absolute times, never before, and the last time set is the one that counts."""

import sys
from collections.abc import Callable

import gevent
import pytest

from simulator.replay.alarm import KernelAlarm, LoopAlarm
from simulator.replay.clock import Clock, now

MS = 1_000_000
KINDS = [LoopAlarm, *([KernelAlarm] if sys.platform == "linux" else [])]
Kind = Callable[[Callable[[], None]], KernelAlarm | LoopAlarm]


@pytest.mark.parametrize("kind", KINDS)
def test_it_rings_once_and_not_before_its_time(kind: Kind):
    rung: list[int] = []
    alarm = kind(lambda: rung.append(now()))
    due = now() + 30 * MS
    alarm.at(now() + 5000 * MS)
    alarm.at(due)
    gevent.sleep(0.2)
    alarm.close()
    assert len(rung) == 1
    assert due - MS <= rung[0] < due + 100 * MS  # libev counts in milliseconds and may be one early


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_that_has_passed_rings_at_once(kind: Kind):
    rung: list[int] = []
    alarm = kind(lambda: rung.append(now()))
    alarm.at(now() - 1000 * MS)
    gevent.sleep(0.05)
    alarm.close()
    assert len(rung) == 1


def stamp(clock: Clock, when: int) -> list[tuple[int, int, bytes]]:
    """What the kernel would attach to bytes that came at this monotonic time."""
    wall = when + clock.offset_ns
    return [(1, 35, (wall // 10**9).to_bytes(8, sys.byteorder) + (wall % 10**9).to_bytes(8, sys.byteorder))]


def test_a_stamp_between_the_last_read_and_now_is_the_time_of_receipt():
    clock, came = Clock(kernel=True), now()
    assert clock.received(stamp(clock, came), came - MS) == came
    assert clock.fallbacks == 0


def test_a_stamp_from_before_or_from_the_future_is_replaced_and_counted():
    clock, before = Clock(kernel=True), now()
    for wrong in (before - 10 * MS, before + 3_600_000 * MS):  # the wall clock was set
        assert before <= clock.received(stamp(clock, wrong), before) <= now()
    assert clock.fallbacks == 2


def test_without_kernel_stamps_the_read_itself_counts():
    clock, before = Clock(kernel=False), now()
    assert before <= clock.received([], before) <= now()
    assert (clock.name, clock.fallbacks) == ("monotonic clock", 0)
