from collections import Counter

from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.traffic.generate import generate
from simulator.traffic.sample import sample
from simulator.traffic.trace import Trace


def _trace(span_s: float = 120.0) -> Trace:
    return generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=span_s, seed=3)


def test_a_sample_keeps_each_journey_in_its_share() -> None:
    trace = _trace()
    chosen = set(sample(trace, 200, seed=1))
    rows = [request for request in trace.requests() if request.session_id in chosen]
    assert 200 <= len(rows) <= 203  # the last session may hold turns beyond the number
    whole, part = (Counter((one.journey, one.difficulty) for one in requests) for requests in (trace.requests(), rows))
    for stratum, count in whole.items():
        assert abs(part[stratum] / len(rows) - count / len(trace)) < 0.06, stratum


def test_sessions_are_whole_and_a_larger_sample_holds_the_smaller() -> None:
    trace = _trace()
    small, large = sample(trace, 20, seed=1), sample(trace, 60, seed=1)
    assert set(small) < set(large)
    assert small == sample(trace, 20, seed=1)
    assert small != sample(trace, 20, seed=2)


def test_every_stratum_is_met_before_any_twice() -> None:
    sessions = {session[0].session_id: session for session in _trace().sessions()}
    chosen = [sessions[name] for name in sample(_trace(), 12, seed=1)]  # four sessions of three turns at most
    met = {(session[0].journey, any(one.difficulty == "hard" for one in session)) for session in chosen}
    assert len(met) == 4


def test_a_trace_that_is_smaller_than_the_sample_is_taken_whole() -> None:
    trace = _trace(5.0)
    assert sample(trace, 10_000, seed=1) == sorted(session[0].session_id for session in trace.sessions())
