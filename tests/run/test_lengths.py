"""Answers and prompts as planned, beside what was reported."""

import pyarrow as pa

from simulator.calls import CALLS, to_table
from simulator.run.lengths import Lengths, lengths
from simulator.traffic.trace import TRACE, Trace
from tests.run.hand import Rows, asked, tables


def _planned(session: str, *, read: int, written: int) -> dict[str, object]:
    empty = dict.fromkeys(TRACE.names) | {"prefix_hashes": [], "parts": []}
    key = {"request_id": f"{session}/1", "session_id": session, "turn": 1, "journey": "chat", "at": 0.0, "think_s": 0.0}
    return empty | key | {"input_tokens": read, "output_tokens": written}


PLAN = Trace(
    pa.Table.from_pylist([_planned("s1", read=500, written=90), _planned("s2", read=700, written=110)], schema=TRACE),
    span_s=10.0,
)


def _calls(*rows: Rows) -> pa.Table:
    return tables(rows)[0]


def test_means_stand_beside_the_plan_of_the_same_requests() -> None:
    calls = _calls(asked("s1", 0, input=10, output=20), asked("s2", 1, input=30, output=40))
    assert lengths(calls, PLAN) == [
        Lengths(
            strategy="single",
            answers=2,
            planned_input_tokens=600,
            input_tokens=20,
            planned_output_tokens=100,
            output_tokens=30,
        )
    ]


def test_a_copy_at_10x_was_planned_as_its_original() -> None:
    """And what was refused has no length: only the plan of what was answered stands beside."""
    calls = _calls(asked("s2#3", 0, scale=10.0), asked("s1#4", 1, scale=10.0, outcome="rate_limited"))
    (found,) = lengths(calls, PLAN)
    assert (found.answers, found.planned_output_tokens) == (1, 110)


def test_labels_are_no_answers_and_no_answer_is_no_length() -> None:
    assert lengths(_calls(asked("s1", 0, purpose="classify")), PLAN) == []
    assert lengths(to_table([], CALLS), PLAN) == []
