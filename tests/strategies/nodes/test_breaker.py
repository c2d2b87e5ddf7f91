from dataclasses import replace
from typing import Any

from simulator.strategies import offline
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Turn
from tests.strategies.scripted import REQUEST, refused, tree

BREAKER = "breaker: {of: big, otherwise: small, failures: 50%, least: 4, window: 60s, open: 5s}"


class Service:
    """A strategy whose memory lasts, asked at given times; big fails while it is `down`."""

    def __init__(self) -> None:
        self.node, self.memory, self.down = tree(BREAKER), dict[str, Any](), False

    def at(self, seconds: float) -> str:
        turn = Turn(replace(REQUEST, request_id=f"r{seconds}"), 1, at=seconds, memory=self.memory)
        failing = refused(503)
        answers = {"big": failing if self.down else Answer(seconds=0.1), "small": Answer(seconds=0.1)}
        return drive(self.node, turn, lambda ask, turn: answers[ask.model]).reply.ask.model


def test_more_than_half_of_enough_attempts_opens_it_and_a_success_closes_it() -> None:
    service = Service()
    asked = [service.at(1.0), service.at(2.0)]
    service.down = True
    asked += [service.at(second) for second in (3.0, 4.0)]  # 2 of 4 failed: half is not more than half
    asked += [service.at(second) for second in (5.0, 6.0, 10.0)]  # 3 of 5 at 5.1 s: open until 10.1 s
    service.down = False
    asked += [service.at(10.2), service.at(10.3)]
    assert asked == ["big"] * 5 + ["small"] * 2 + ["big"] * 2


def test_a_failed_probe_opens_it_again_at_once() -> None:
    service = Service()
    service.down = True
    assert [service.at(float(second)) for second in (1, 2, 3, 4, 5)] == ["big"] * 4 + ["small"]  # open until 9.1 s
    assert [service.at(second) for second in (9.2, 9.4)] == ["big", "small"]


def test_old_failures_leave_the_window() -> None:
    service = Service()
    service.down = True
    assert [service.at(100.0 * second) for second in range(8)] == ["big"] * 8


def test_it_can_be_found_wherever_it_is_in_a_tree() -> None:
    found = offline.ordered_node(tree(f"retry: {{of: {{{BREAKER}}}}}", "safe"))
    assert found is not None
    assert found.path == "safe.retry.breaker"
    assert offline.ordered_node(tree("retry: big")) is None
