"""Due times are absolute: lateness never moves what comes after it."""

from simulator.replay.pacer import TICK_NS, Pacer

NS = 1_000_000_000


class VirtualAlarm:
    """Rings when the test lets time pass."""

    due = 0
    sets = 0

    def at(self, due_ns: int) -> None:
        self.due = due_ns
        self.sets += 1


class World:
    """A pacer on a clock that the test moves; `late` is how long the hub takes to come to it."""

    def __init__(self, *, late: int = 0) -> None:
        self.time = 0
        self.late = late
        self.alarm = VirtualAlarm()
        self.pacer = Pacer(now=lambda: self.time)
        self.pacer.start(self.alarm)

    def run(self, until_ns: int) -> None:
        while self.alarm.due <= until_ns:
            self.time = max(self.time, self.alarm.due) + self.late
            self.pacer.pump()


def test_an_hour_at_a_hundred_a_second_does_not_drift():
    world, lags = World(late=300_000), []

    def call(number: int) -> None:
        due = number * NS // 100
        lags.append(world.time - due)
        if number < 360_000:
            world.pacer.at((number + 1) * NS // 100, lambda: call(number + 1))

    world.pacer.at(0, lambda: call(0))
    world.run(3601 * NS)
    assert len(lags) == 360_001
    assert max(lags) <= 2 * 300_000  # its own ring, and the one before it


def test_equal_times_keep_their_order_and_earlier_ones_go_first():
    world, called = World(), []
    for name, due in (("c", 5), ("a", 3), ("d", 5), ("b", 4)):
        world.pacer.at(due, lambda name=name: called.append(name))
    world.run(10)
    assert called == ["a", "b", "c", "d"]


def test_a_stall_delays_what_was_due_in_it_and_nothing_after():
    world, called = World(), []

    def stall() -> None:
        world.time += 2 * NS

    world.pacer.at(1 * NS, stall)
    for due in (2 * NS, 4 * NS):
        world.pacer.at(due, lambda: called.append(world.time))
    world.run(5 * NS)
    assert called == [3 * NS, 4 * NS]
    assert world.pacer.stall_max_ns >= 2 * NS - TICK_NS


def test_a_timeout_comes_after_its_time_and_not_if_cancelled():
    world, fired = World(), []
    world.pacer.timeout(1 * NS, lambda: fired.append(world.time))
    world.pacer.timeout(1 * NS, lambda: fired.append(-1)).cancel()
    world.run(2 * NS)
    assert len(fired) == 1
    assert NS <= fired[0] <= NS + 2 * TICK_NS


def test_what_is_added_while_pumping_is_called_in_the_same_turn_if_due():
    world, called = World(), []
    world.pacer.at(5, lambda: world.pacer.at(5, lambda: called.append("now")))
    world.run(5)
    assert called == ["now"]


def test_between_two_pumps_the_alarm_is_set_for_whatever_comes_first():
    """Left at the next tick, a session that begins in between would be sent up to 10 ms late."""
    world = World()
    assert world.alarm.due == TICK_NS
    world.run(TICK_NS)
    for due, first in ((TICK_NS + 9, TICK_NS + 9), (TICK_NS + 5, TICK_NS + 5), (TICK_NS + 7, TICK_NS + 5)):
        world.pacer.at(due, lambda: None)
        assert world.alarm.due == first


def test_a_pump_sets_the_alarm_once_however_much_it_plans():
    world = World()
    world.pacer.at(5, lambda: [world.pacer.at(due, lambda: None) for due in range(100, 50, -1)])
    before = world.alarm.sets
    world.run(5)
    assert (world.alarm.sets - before, world.alarm.due) == (1, 51)
