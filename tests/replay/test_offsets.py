"""Clocks of other hosts, from pings."""

from simulator.replay.offsets import Offset, Ping, boot_id, offset


def test_the_quickest_ping_counts():
    """Their clock is 1000 ahead; the slow ping was held up on its way back."""
    quick, slow = Ping(100, 1110, 120), Ping(200, 1210, 300)
    assert offset([slow, quick], here=None) == Offset(1000, 10)


def test_the_same_host_needs_no_offset():
    assert offset([Ping(100, 105, 120, boot="b")], here="b") == Offset(0, 0)
    assert offset([Ping(100, 105, 120, boot="c")], here="b") == Offset(-5, 10)


def test_this_host_knows_its_start_or_says_nothing():
    assert boot_id() == boot_id()
