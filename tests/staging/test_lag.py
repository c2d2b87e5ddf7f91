"""A loop that stands still knows for how long."""

import asyncio
import time

import pytest

from simulator.staging.lag import Lag


def test_a_single_long_stall_is_as_many_samples_as_it_lasted():
    async def stall():
        lag = Lag()
        lag.start()
        await asyncio.sleep(0.2)
        time.sleep(0.3)  # what a busy loop does to everybody
        await asyncio.sleep(0.2)
        lag.stop()
        return lag.percentile(0.5), lag.percentile(0.99)

    half, worst = asyncio.run(stall())
    assert worst == pytest.approx(0.29, abs=0.1)
    assert half > 0.0


def test_late_writes_are_counted_and_a_reset_forgets():
    lag = Lag()
    for late_s in (0.0, 0.005, 0.0051):
        lag.emitted(late_s)
    assert (lag.late_emits, lag.percentile(0.99)) == (1, None)
    lag.reset()
    assert lag.late_emits == 0
