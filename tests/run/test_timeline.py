"""A rung second by second: every due request is in the second it was due."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.calls import Outcome
from simulator.run.timeline import timeline
from tests.run.hand import asked, record, tables


def test_a_request_belongs_to_the_second_it_was_due_in_whenever_it_ended() -> None:
    rows = [
        asked("a", 0.9, took=5.0),
        asked("b", 2.0, outcome="rate_limited"),
        asked("c", 2.9, outcome="total_timeout"),
    ]
    calls, requests = tables(rows)
    seconds = timeline(calls, requests, rungs=[record(3)])
    assert [(s["t"], s["due"], s["answered"], s["refused"], s["failed"]) for s in seconds] == [
        (0, 1, 1, 0, 0),
        (1, 0, 0, 0, 0),
        (2, 2, 0, 1, 1),
    ]


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=40))
def test_the_seconds_add_up_to_what_was_due(outcomes: list[Outcome]) -> None:
    calls, requests = tables(asked(f"s{n}", n / 4, outcome=outcome) for n, outcome in enumerate(outcomes))
    seconds = timeline(calls, requests, rungs=[record(len(requests))])
    assert sum(second["due"] for second in seconds) == len(requests) - requests["scheduled_at"].null_count
    assert all(s["answered"] + s["refused"] + s["failed"] <= s["due"] for s in seconds)
