from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Turn
from simulator.strategies.nodes.limit import Limit, Pace
from tests.strategies.scripted import REQUEST, tree


def _served(text: str, times: list[float]) -> list[tuple[str, float]]:
    """Model and time of sending for requests at these times."""
    node, memory, found = tree(text), dict[str, Any](), []
    for number, at in enumerate(times):
        turn = Turn(replace(REQUEST, request_id=f"r{number}"), 1, at=at, memory=memory)
        reply = drive(node, turn, lambda ask, turn: Answer()).reply
        found.append((reply.ask.model, reply.sent_at))
    return found


def test_requests_go_at_an_even_pace_and_the_impatient_elsewhere() -> None:
    text = "limit: {of: big, otherwise: small, rate: 2/s, patience: 1s}"
    assert _served(text, [0.0, 0.0, 0.0, 0.0, 3.0]) == [
        ("big", 0.0),
        ("big", 0.5),
        ("big", 1.0),
        ("small", 0.0),
        ("big", 3.0),
    ]


def test_a_burst_goes_at_once() -> None:
    text = "limit: {of: big, otherwise: small, rate: 2/s, burst: 3}"
    assert [model for model, _ in _served(text, [0.0] * 4 + [0.5, 0.6])] == ["big"] * 3 + ["small", "big", "small"]


@given(st.lists(st.floats(0, 20), min_size=1, max_size=60), st.integers(1, 5), st.floats(0, 3))
def test_no_more_than_rate_and_burst_ever_go(times: list[float], burst: int, patience: float) -> None:
    node, pace = tree(f"limit: {{of: a, otherwise: b, rate: 2/s, burst: {burst}, patience: {patience:.3f}s}}"), Pace()
    assert isinstance(node, Limit)
    waits = [(at, node.admit(pace, at)) for at in sorted(times)]
    went = sorted(at + wait for at, wait in waits if wait is not None)
    assert all(wait is None or wait <= node.patience + 1e-9 for _, wait in waits)
    for first, begin in enumerate(went):
        for last in range(first, len(went)):
            assert last - first + 1 <= 2 * (went[last] - begin) + burst + 1e-6


def test_a_rate_has_a_unit() -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        tree("limit: {of: a, otherwise: b, rate: 5}")
