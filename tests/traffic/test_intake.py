"""Messy rows: every one is kept or counted, and what is kept can be replayed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.traffic.imported import Report
from simulator.traffic.intake import Rows

MAYBE = st.one_of(st.none(), st.integers(-2, 5))
ROW = st.fixed_dictionaries(
    {
        "at_ns": st.one_of(st.none(), st.integers(0, 10**10)),
        "input_tokens": MAYBE,
        "output_tokens": MAYBE,
        "request_id": st.one_of(st.none(), st.sampled_from("abc")),
        "session_id": st.one_of(st.none(), st.sampled_from("xyz")),
    }
)


def clean(rows, clock="relative"):
    report, gathered = Report("test"), Rows(clock)
    gathered.extend({"line": line, **row} for line, row in enumerate(rows, 1))
    return gathered.clean(report, path=Path("log"))


@given(st.lists(ROW, min_size=1, max_size=30))
def test_read_is_kept_and_dropped_and_what_is_kept_can_be_replayed(rows):
    try:
        found = clean(rows)
    except InvalidFile:
        return  # nothing that can be replayed
    report, sessions = found.report, found.trace.sessions()
    requests = [row for session in sessions for row in session]
    assert (report.read, report.kept) == (len(rows), len(requests))
    assert {row.source_row for row in requests} <= set(range(1, len(rows) + 1))
    assert all(row.input_tokens > 0 and row.output_tokens > 0 and row.think_s >= 0 for row in requests)
    assert all(0 <= session[0].at <= found.trace.span_s for session in sessions)
    assert all([row.turn for row in session] == list(range(1, len(session) + 1)) for session in sessions)


@given(st.lists(ROW, min_size=1, max_size=30))
def test_a_log_without_a_clock_starts_a_session_each_second(rows):
    try:
        found = clean([row | {"at_ns": None} for row in rows], clock="none")
    except InvalidFile:
        return  # nothing that can be replayed
    starts = [session[0].at for session in found.trace.sessions()]
    assert all(start == int(start) for start in starts)
    assert len(set(starts)) == len(starts)


def test_a_file_that_never_says_how_long_answers_are_is_refused():
    with pytest.raises(InvalidFile, match="log: no row says how long its answer is"):
        clean([{"at_ns": 0, "input_tokens": 5}])


def test_examples_are_few_and_counts_are_whole():
    found = clean(
        [{"at_ns": None, "input_tokens": 5, "output_tokens": 5}] * 9
        + [{"at_ns": 1, "input_tokens": 5, "output_tokens": 5}]
    )
    assert found.report.dropped == {"no time": 9}
    assert "dropped 9: no time (line 1, 2, 3, 4, 5, …)" in found.report.text()
