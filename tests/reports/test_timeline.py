"""The timeline of a rung in steps that can be drawn."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.reports.charts.timeline import MAX_STEPS, NAMES, steps


def second(t: int, due: int = 4, refused: int = 1, replicate: int = 1) -> dict[str, Any]:
    return {"t": t, "due": due, "answered": due - refused, "refused": refused, "failed": 0, "replicate": replicate}


def test_a_short_rung_is_drawn_second_by_second() -> None:
    found = steps([second(t, due=t) for t in range(18)])
    assert [step.start for step in found] == list(range(18))
    assert [step.rates["due"] for step in found] == list(range(18))


def test_an_hour_is_drawn_as_means_of_a_minute() -> None:
    found = steps([second(t) for t in range(3600)])
    assert (len(found), found[1].start, found[1].width) == (60, 60.0, 60.0)
    assert round(found[30].rates["due"], 9) == 4


def test_replicates_are_averaged() -> None:
    found = steps([second(0, due=4, replicate=1), second(0, due=8, replicate=2)])
    assert found[0].rates["due"] == 6


@given(st.lists(st.integers(0, 50), max_size=500))
def test_steps_lose_no_request(dues: list[int]) -> None:
    found = steps([second(t, due=due, refused=0) for t, due in enumerate(dues)])
    assert len(found) <= MAX_STEPS
    for name in NAMES:
        total = sum(step.rates[name] * step.width for step in found)
        assert round(total, 6) == (sum(dues) if name in ("due", "answered") else 0)
