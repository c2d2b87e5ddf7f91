"""New starts: the same sessions, another clock."""

import pytest

from simulator.traffic.arrivals.constant import ConstantRate
from simulator.traffic.arrivals.gamma import Gamma
from simulator.traffic.imported import Import, Report
from simulator.traffic.retime import at_rate, retimed
from simulator.units import seconds_text


def test_sessions_keep_their_order_and_turns_and_get_the_rate(trace):
    found = retimed(trace, ConstantRate(kind="constant", rate="2/s"), seed=1)
    before, after = trace.sessions(), found.sessions()
    assert [rows[0].session_id for rows in after] == [rows[0].session_id for rows in before]
    assert [[row.think_s for row in rows] for rows in after] == [[row.think_s for row in rows] for rows in before]
    assert abs(found.span_s - len(before) / 2) <= 0.5
    assert after[-1][0].at < found.span_s


def test_the_seed_decides(trace):
    process = Gamma(kind="gamma", rate="2/s", cv=3)
    one, same, other = (retimed(trace, process, seed=seed).digest() for seed in (1, 1, 2))
    assert one == same != other


def test_a_log_at_a_rate_says_so_and_nothing_of_its_old_times(trace):
    found = at_rate(Import(trace, Report("mooncake", read=len(trace), notes=["ticks"])), 2.0, seed=1)
    sessions = len(trace.sessions())
    assert found.trace.span_s == pytest.approx(sessions / 2, rel=0.3)
    assert found.report.notes == [
        f"starts drawn at random at 2 sessions/s, seed 1: span {seconds_text(found.trace.span_s)}"
    ]
