"""A slice keeps whole sessions and begins its own clock."""

import pytest

from simulator.errors import BadInput
from simulator.traffic.slice import cut
from simulator.traffic.trace import Trace


def test_a_slice_has_the_sessions_that_start_in_it_with_all_their_turns(trace):
    piece = cut(trace, 20, 40)
    expected = {rows[0].session_id: rows for rows in trace.sessions() if 20 <= rows[0].at < 40}
    assert piece.span_s == 20
    assert {rows[0].session_id: len(rows) for rows in piece.sessions()} == {
        name: len(rows) for name, rows in expected.items()
    }
    assert all(rows[0].at == expected[rows[0].session_id][0].at - 20 for rows in piece.sessions())


def test_pieces_make_the_whole(trace):
    assert sum(len(cut(trace, start, start + 15)) for start in (0, 15, 30, 45)) == len(trace)


def test_a_slice_beyond_the_end_ends_there_and_keeps_the_date(trace):
    piece = cut(Trace(trace.table, trace.span_s, epoch_s=1000.0), 50, 500)
    assert (piece.span_s, piece.epoch_s) == (10, 1050)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 5), (60, 70)])
def test_an_empty_slice_is_refused(trace, start, end):
    with pytest.raises(BadInput, match=r"no time between|nothing starts at"):
        cut(trace, start, end)
