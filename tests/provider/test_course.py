"""When every single token was written, however the load changed meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.provider.latency import PerToken
from simulator.provider.pool import Pool
from simulator.provider.replica import Job

STEP = PerToken(base="10ms", per_sequence="1ms", cv=0)


def pool(step=STEP, *, replicas=1, max_sequences=8):
    return Pool(step, replicas=replicas, max_sequences=max_sequences, queue=1_000, keeps_times=True)


def test_tokens_slow_down_from_the_moment_another_answer_begins():
    """11 ms alone, 12 ms from 0.15 s on: the fifth gap is 6 ms alone (6/11 of a step) and 5/11 of 12 ms beside it."""
    machines, one, other = pool(), Job(8, 0.0, 0.1, 1.0), Job(3, 0.0, 0.05, 1.0)
    machines.offer(one, 0.0)
    list(machines.advance(0.1))
    machines.offer(other, 0.1)
    list(machines.advance(9.0))
    between = 0.144 + 0.006 + 5 / 11 * 0.012
    assert one.token_times == pytest.approx(
        [0.1, 0.111, 0.122, 0.133, 0.144, between, between + 0.012, one.ended_at], abs=1e-12
    )
    assert other.token_times == pytest.approx([0.15, 0.162, 0.174])


def test_reasoning_has_its_times_too_and_a_cancelled_answer_those_it_wrote():
    machines, thinking, left = pool(replicas=2), Job(5, 0.0, 0.1, 2.0, hidden_tokens=3), Job(100, 0.0, 0.1, 1.0)
    machines.offer(thinking, 0.0)
    machines.offer(left, 0.0)
    list(machines.advance(0.13))
    machines.cancel(left, 0.13)
    list(machines.advance(9.0))
    assert thinking.token_times == pytest.approx([0.1, 0.122, 0.144, 0.166, 0.188])
    assert thinking.first_token_at == pytest.approx(thinking.token_times[3])
    assert left.token_times == pytest.approx([0.1, 0.111, 0.122])


def test_nothing_is_kept_where_nobody_asks():
    machines, one = Pool(STEP, replicas=1, max_sequences=1, queue=1), Job(3, 0.0, 0.1, 1.0)
    machines.offer(one, 0.0)
    list(machines.advance(9.0))
    assert (one.token_times, machines.replicas[0].course) == ((), None)


@given(
    st.lists(
        st.tuples(st.floats(0, 0.2), st.integers(1, 40), st.floats(0.5, 2), st.integers(0, 5)), min_size=1, max_size=40
    )
)
def test_every_time_agrees_with_asking_the_machine_as_it_goes(arrivals):
    """Looked at every millisecond: a token is written at a look exactly when its time has come."""
    machines, jobs, now = pool(replicas=2), [], 0.0
    looks: dict[int, list[tuple[float, int]]] = {}
    due = []
    for gap, tokens, stretch, hidden in arrivals:
        now += gap
        due.append((now, Job(tokens, 0.0, 0.05, stretch, hidden_tokens=min(hidden, tokens - 1))))
    for tick in range(int(now * 500) + 500):
        at = tick / 500
        while due and due[0][0] <= at:
            offered_at, one = due.pop(0)
            list(machines.advance(offered_at))
            machines.offer(one, offered_at)
            jobs.append(one)
        list(machines.advance(at))
        for number, one in enumerate(jobs):
            if one.ended_at is None:
                looks.setdefault(number, []).append((at, machines.written(one, at)))
    list(machines.advance(1e6))
    for number, one in enumerate(jobs):
        times = one.token_times
        assert (len(times), list(times)) == (one.output_tokens, sorted(times))
        assert times[-1] == pytest.approx(one.ended_at, abs=1e-9)
        for at, written in looks.get(number, []):
            assert sum(time <= at - 1e-8 for time in times) <= written <= sum(time <= at + 1e-8 for time in times)


def test_an_hour_of_answers_keeps_a_short_course():
    machines = pool(PerToken(base="1ms", per_sequence="0.1ms", cv=0))
    long = Job(3_000, 0.0, 0.01, 1.0)
    machines.offer(long, 0.0)
    for number in range(20_000):
        at = 0.1 * number
        list(machines.advance(at))
        machines.offer(Job(5, 0.0, 0.01, 1.0), at)
    assert len(machines.replicas[0].course._at) <= 512
    assert len(long.token_times) == 3_000
