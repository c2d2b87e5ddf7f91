"""New starts: the same sessions, another clock."""

from simulator.traffic.arrivals.constant import ConstantRate
from simulator.traffic.arrivals.gamma import Gamma
from simulator.traffic.retime import retimed


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
