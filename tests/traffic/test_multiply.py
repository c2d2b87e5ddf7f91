"""10×: fresh users, the same clock, shared prefixes shared, nothing piled up at the edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.traffic import blocks
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from tests.traffic.plans import chat

SMALL = generate(chat(), span_s=10, seed=4)


def test_once_is_the_same_trace(trace):
    assert multiply(trace, 1, seed=1).digest() == trace.digest()


def test_ten_times_has_ten_of_every_session_with_derived_ids(trace):
    tenfold = multiply(trace, 10, seed=1)
    ids = tenfold.table.column("request_id").to_pylist()
    assert len(ids) == 10 * len(trace) == len(set(ids))
    assert {"s0.t1", "s0#2.t1", "s0#10.t1"} <= set(ids)


def test_clones_start_within_the_jitter_of_their_original(trace):
    starts = {rows[0].session_id: rows[0].at for rows in multiply(trace, 3, seed=1).sessions()}
    for name, at in starts.items():
        apart = abs(at - starts[name.partition("#")[0]])
        assert min(apart, 60 - apart) <= 3 + 1e-9  # span / 20, around the window's ends too
        assert 0 <= at < 60


def test_clones_keep_turns_think_times_and_lengths(trace):
    sessions = {rows[0].session_id: rows for rows in multiply(trace, 2, seed=1).sessions()}
    for name in [one for one in sessions if "#" not in one]:
        pairs = zip(sessions[name], sessions[f"{name}#2"], strict=True)
        assert all(
            (a.turn, a.think_s, a.parts, a.output_tokens) == (b.turn, b.think_s, b.parts, b.output_tokens)
            for a, b in pairs
        )


def test_shared_blocks_stay_shared_and_own_blocks_do_not(trace):
    sessions = multiply(trace, 2, seed=1).sessions()
    own = [set(rows[-1].prefix_hashes[6:]) for rows in sessions]
    assert len({rows[0].prefix_hashes[:6] for rows in sessions}) == 1
    assert sum(map(len, own)) == len(set().union(*own))


def test_a_clones_blocks_are_what_its_id_says(trace):
    turn = next(rows[-1] for rows in multiply(trace, 2, seed=1).sessions() if "#" in rows[0].session_id)
    assert turn.prefix_hashes[6:] == tuple(
        blocks.of_session(turn.session_id, i) for i in range(6, len(turn.prefix_hashes))
    )


@settings(deadline=None, max_examples=30)
@given(st.floats(0.01, 4), st.integers(0, 5))
def test_a_fraction_keeps_whole_sessions(scale, seed):
    sizes = {rows[0].session_id: len(rows) for rows in SMALL.sessions()}
    for rows in multiply(SMALL, scale, seed=seed).sessions():
        assert len(rows) == sizes[rows[0].session_id.partition("#")[0]]


def test_less_is_part_of_more(trace):
    little, more = ({rows[0].session_id for rows in multiply(trace, k, seed=1).sessions()} for k in (0.3, 0.5))
    assert little < more


def test_worst_is_everybody_at_once(trace):
    starts = [rows[0].at for rows in multiply(trace, 4, meaning="worst", seed=1).sessions()]
    assert starts == [at for at in sorted(rows[0].at for rows in trace.sessions()) for _ in range(4)]


def test_independent_shifts_each_population_as_a_whole(trace):
    starts = {rows[0].session_id: rows[0].at for rows in multiply(trace, 3, meaning="independent", seed=1).sessions()}
    for clone in ("#2", "#3"):
        shifts = {round((at - starts[name.partition("#")[0]]) % 60, 6) for name, at in starts.items() if clone in name}
        assert len(shifts) == 1
        assert shifts != {0.0}


def test_compress_plays_the_same_sessions_faster(trace):
    fast = multiply(trace, 4, meaning="compress", seed=1)
    assert (len(fast), fast.span_s) == (len(trace), 15)
    assert [rows[0].at * 4 for rows in fast.sessions()] == pytest.approx([rows[0].at for rows in trace.sessions()])


@pytest.mark.parametrize(("scale", "changes"), [(0, {}), (2, {"meaning": "more"}), (2, {"jitter_s": -1.0})])
def test_nonsense_is_refused(trace, scale, changes):
    with pytest.raises(BadInput):
        multiply(trace, scale, seed=1, **changes)
