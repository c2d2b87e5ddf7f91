"""Machines: queueing, processor sharing, cancelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.provider.latency import PerToken
from simulator.provider.pool import Pool
from simulator.provider.replica import Job

STEP = PerToken(base="10ms", per_sequence="1ms", cv=0)


def pool(*, replicas=1, max_sequences=4, queue=10):
    return Pool(STEP, replicas=replicas, max_sequences=max_sequences, queue=queue)


def job(tokens, *, prefill_s=0.0, first_token_s=0.1, stretch=1.0):
    return Job(tokens, prefill_s, first_token_s, stretch)


def run(machines, until=1e9):
    return list(machines.advance(min(until, 1e9)))


def test_one_answer_alone_takes_its_first_token_and_one_step_per_further_token():
    machines, one = pool(), job(11)
    machines.offer(one, 0.0)
    run(machines)
    assert one.first_token_at == pytest.approx(0.1)
    assert one.ended_at == pytest.approx(0.1 + 10 * 0.011)


@pytest.mark.parametrize(
    ("hidden", "first_at", "shown"), [(5, 0.1 + 5 * 0.011, 6), (10, 0.1 + 10 * 0.011, 1), (11, None, 0)]
)
def test_hidden_tokens_are_written_first(hidden, first_at, shown):
    machines, one = pool(), Job(11, 0.0, 0.1, 1.0, hidden_tokens=hidden)
    machines.offer(one, 0.0)
    seen = [milestone.done for milestone in run(machines)]
    assert seen == ([False, True] if shown else [True])
    assert one.first_token_at == (pytest.approx(first_at) if first_at else None)
    assert (one.ended_at, one.wrote, one.shown) == (pytest.approx(0.1 + 10 * 0.011), 11, shown)


def test_two_answers_on_one_machine_slow_each_other_while_both_write():
    machines, short, long = pool(), job(11), job(21)
    machines.offer(short, 0.0)
    machines.offer(long, 0.0)
    run(machines)
    assert short.ended_at == pytest.approx(0.1 + 10 * 0.012)
    assert long.ended_at == pytest.approx(0.1 + 10 * 0.012 + 10 * 0.011)  # alone for its second half


def test_prompts_are_read_one_after_the_other():
    machines = pool()
    first, second = job(2, prefill_s=0.3, first_token_s=0.5), job(2, prefill_s=0.3, first_token_s=0.5)
    machines.offer(first, 0.0)
    machines.offer(second, 0.0)
    run(machines)
    assert (first.started_at, second.started_at) == (0.0, 0.3)
    assert (first.first_token_at, second.first_token_at) == (0.5, 0.8)


def test_the_queue_takes_what_the_slots_cannot_and_no_more():
    machines = pool(max_sequences=1, queue=1)
    jobs = [job(11), job(11)]
    for one in jobs:
        assert not machines.full()
        machines.offer(one, 0.0)
    assert machines.full()
    run(machines)
    assert jobs[1].started_at == jobs[0].ended_at


def test_a_cancelled_answer_frees_its_slot_and_keeps_what_it_wrote():
    machines = pool(max_sequences=1, queue=1)
    gone, next_one = job(100), job(5)
    machines.offer(gone, 0.0)
    machines.offer(next_one, 0.0)
    run(machines, until=0.1 + 0.0225)
    machines.cancel(gone, 0.1 + 0.0225)
    assert gone.wrote == 3  # at 0.100, 0.111 and 0.122
    assert next_one.started_at == pytest.approx(0.1225)
    run(machines)
    assert (next_one.wrote, machines.active) == (5, 0)


def test_a_cancelled_answer_in_the_queue_never_starts():
    machines = pool(max_sequences=1)
    first, gone = job(5), job(5)
    machines.offer(first, 0.0)
    machines.offer(gone, 0.0)
    machines.cancel(gone, 0.05)
    run(machines)
    assert (gone.wrote, gone.started_at, gone.ended_at) == (0, None, 0.05)


def test_a_pool_that_shrinks_ends_what_it_has_and_one_that_grows_lets_the_queue_in():
    machines = pool(replicas=2, max_sequences=1, queue=5)
    jobs = [job(11) for _ in range(4)]
    for one in jobs:
        machines.offer(one, 0.0)
    machines.resize(STEP, replicas=1, max_sequences=1, queue=0, now=0.05)
    assert machines.full()
    run(machines, until=0.25)
    assert [one.ended_at is not None for one in jobs] == [True, True, False, False]
    assert [one.started_at is not None for one in jobs] == [True, True, True, False]
    machines.resize(STEP, replicas=3, max_sequences=1, queue=0, now=0.25)
    assert jobs[3].started_at == 0.25
    run(machines)
    assert machines.active == 0


def test_a_pool_that_slows_down_slows_what_is_being_written():
    machines, one = pool(), job(11)
    machines.offer(one, 0.0)
    run(machines, until=0.1 + 5 * 0.011)
    slower = PerToken(base="30ms", per_sequence="3ms", cv=0)
    machines.resize(slower, replicas=1, max_sequences=4, queue=10, now=0.1 + 5 * 0.011)
    run(machines)
    assert one.ended_at == pytest.approx(0.1 + 5 * 0.011 + 5 * 0.033)


def test_a_token_is_written_when_it_is_due():
    machines, one = pool(), job(50, stretch=1.3)
    machines.offer(one, 0.0)
    run(machines, until=0.1)
    due = machines.due(one, 2, 0.1)
    assert due == pytest.approx(0.1 + 1.3 * 0.011)
    assert (machines.written(one, due - 1e-6), machines.written(one, due)) == (1, 2)


@given(
    arrivals=st.lists(
        st.tuples(st.floats(0, 0.3), st.integers(1, 40), st.floats(0, 0.1), st.floats(0.5, 2), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_every_answer_ends_in_order_and_no_slot_is_lost(arrivals):
    machines, now, taken = pool(replicas=2, max_sequences=3, queue=5), 0.0, []
    for gap, tokens, prefill_s, stretch, leaves in arrivals:
        now += gap
        run(machines, until=now)
        one = job(tokens, prefill_s=prefill_s, first_token_s=prefill_s + 0.05, stretch=stretch)
        if not machines.full():
            machines.offer(one, now)
            taken.append(one)
            if leaves:
                machines.cancel(taken[len(taken) // 2], now)
    happened = run(machines)
    assert [one.at for one in happened] == sorted(one.at for one in happened)
    assert (machines.active, len(machines.waiting)) == (0, 0)
    assert all(machine.taken == machine.writing == 0 for machine in machines.replicas)
    assert all(one.ended_at is not None and one.wrote <= one.output_tokens for one in taken)


def fluid(jobs, *, base_s, each_s):
    """Ends of jobs on one machine by stepping from event to event, without virtual time."""
    begun = sorted(jobs, key=lambda one: one[0])
    now, active, ends = 0.0, {}, {}
    while begun or active:
        step = base_s + each_s * len(active)
        next_start = begun[0][0] if begun else float("inf")
        first = min(active, key=active.__getitem__, default=None)
        next_end = now + active[first] * step if active else float("inf")
        until = min(next_start, next_end)
        for name in active:
            active[name] -= (until - now) / step
        now = until
        if next_end <= next_start:
            ends[first] = now
            del active[first]
        else:
            _, name, steps = begun.pop(0)
            active[name] = steps
    return ends


@given(rows=st.lists(st.tuples(st.floats(0, 0.5), st.integers(2, 60), st.floats(0.5, 2.0)), min_size=1, max_size=25))
def test_virtual_time_agrees_with_stepping_from_event_to_event(rows):
    machines = pool(max_sequences=100)
    jobs = [(at, Job(tokens, 0.0, 0.1, stretch)) for at, tokens, stretch in rows]
    for at, one in sorted(jobs, key=lambda pair: pair[0]):
        run(machines, until=at)
        machines.offer(one, at)
    run(machines)
    steps = [(at + 0.1, place, (one.output_tokens - 1) * one.stretch) for place, (at, one) in enumerate(jobs)]
    ends = fluid(steps, base_s=0.010, each_s=0.001)
    assert [one.ended_at for _, one in jobs] == pytest.approx([ends[place] for place in range(len(jobs))], abs=1e-6)


def test_a_client_that_goes_again_and_again_leaves_nothing_in_the_machine():
    """Long answers that were left would else wait in the machine, prompt and all, until their end had come."""
    machines = pool(max_sequences=4)
    steady = job(10**6)
    machines.offer(steady, 0.0)
    for number in range(2_000):
        left = job(10**5)
        machines.offer(left, 1.0 + number)
        list(machines.advance(1.5 + number))
        machines.cancel(left, 1.5 + number)
    assert len(machines.replicas[0].ends) < 100


@pytest.mark.parametrize(
    ("gone", "at", "second_and_third"),
    [
        (0, 0.1, [0.1, 0.4]),  # in the middle of its prompt
        (1, 0.1, [None, 0.3]),  # before its turn
        (0, 0.35, [0.3, 0.6]),  # after it: the lane has long been another's
    ],
)
def test_a_prompt_that_nobody_waits_for_is_not_read_to_its_end(gone, at, second_and_third):
    machines = pool()
    jobs = [job(2, prefill_s=0.3, first_token_s=0.5) for _ in range(3)]
    for one in jobs:
        machines.offer(one, 0.0)
    list(machines.advance(at))
    machines.cancel(jobs[gone], at)
    run(machines)
    assert [None if one is jobs[gone] else one.started_at for one in jobs[1:]] == second_and_third
    left = [one for one in jobs if one is not jobs[gone]]
    assert [one.first_token_at for one in left] == pytest.approx([one.started_at + 0.5 for one in left])
    assert (machines.replicas[0].lane, [one.wrote for one in left]) == ([], [2, 2])
