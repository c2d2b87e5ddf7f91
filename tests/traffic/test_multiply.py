"""10×: fresh users, the same clock, shared prefixes shared, nothing piled up at the edges."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import BadInput
from simulator.run.rows import origins
from simulator.traffic import blocks
from simulator.traffic.generate import generate
from simulator.traffic.multiply import default_jitter, multiply
from simulator.traffic.request import Request
from tests.replay.process import trace_of
from tests.traffic.plans import chat

SMALL = generate(chat(), span_s=10, seed=4)


def asked(session, **changes):
    """A first turn of 256 tokens: one block of system text, three of its own."""
    plain = {"turn": 1, "journey": "j", "at": 0.0, "think_s": 0.0, "input_tokens": 256, "output_tokens": 8}
    return Request(f"{session}.t1", session, **(plain | {"block_size": 64} | changes))


def test_once_is_the_same_trace(trace):
    assert multiply(trace, 1, seed=1).digest() == trace.digest()


def test_ten_times_has_ten_of_every_session_with_derived_ids(trace):
    tenfold = multiply(trace, 10, seed=1)
    ids = tenfold.table.column("request_id").to_pylist()
    assert len(ids) == 10 * len(trace) == len(set(ids))
    assert {"s0.t1", "s0#2.t1", "s0#10.t1"} <= set(ids)


@pytest.mark.parametrize(("meaning", "copies"), [("clone", 3), ("worst", 3), ("compress", 1)])
def test_a_session_that_a_log_numbers_itself_is_no_copy_of_another(meaning, copies):
    """Logs call their chats `user#7`: at 10× all chats of a user counted as one observation."""
    log = trace_of(asked("u"), asked("u#1", at=1.0), asked("u#2", at=2.0), span_s=10.0)
    table = multiply(log, 3, meaning=meaning, seed=1).table
    seen = origins(table.append_column("scale", pa.array([3.0] * len(table)))).to_pylist()
    assert Counter(seen) == {"u": copies, "u#1": copies, "u#2": copies}
    assert len(set(table["request_id"].to_pylist())) == len(table)


def test_clones_start_within_the_jitter_of_their_original(trace):
    starts = {rows[0].session_id: rows[0].at for rows in multiply(trace, 3, seed=1).sessions()}
    for name, at in starts.items():
        apart = abs(at - starts[name.partition("#")[0]])
        assert min(apart, 60 - apart) <= 3 + 1e-9  # span / 20, around the window's ends too
        assert 0 <= at < 60


def test_jitter_is_spread_evenly_both_ways(trace):
    starts = {rows[0].session_id: rows[0].at for rows in multiply(trace, 3, seed=1).sessions()}
    away = [(at - starts[name.partition("#")[0]] + 30) % 60 - 30 for name, at in starts.items() if "#" in name]
    assert sum(shift < -1.5 for shift in away) / len(away) == pytest.approx(0.25, abs=0.05)
    assert sum(shift > 1.5 for shift in away) / len(away) == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(("span_s", "jitter_s"), [(60, 3), (1199, 59.95), (1201, 60), (86_400, 60)])
def test_jitter_is_a_twentieth_of_the_span_and_a_minute_at_most(span_s, jitter_s):
    assert default_jitter(span_s) == jitter_s


def test_a_start_that_rounds_to_the_end_of_the_window_is_moved_to_its_beginning():
    """-1e-18 modulo 10 is 10.0 in floating point, which is no second of the window."""
    starts = [rows[0].at for rows in multiply(trace_of(asked("a"), span_s=10.0), 50, seed=1, jitter_s=1e-18).sessions()]
    assert len(starts) == 50
    assert all(0 <= at < 1e-17 for at in starts)


def test_clones_are_other_users():
    by_id = {
        one.session_id: one.user for one in multiply(trace_of(asked("a", user="u"), span_s=1), 3, seed=1).requests()
    }
    assert by_id == {"a": "u", "a#2": "u#2", "a#3": "u#3"}


def test_blocks_are_shared_inside_the_system_prompt_and_wherever_two_sessions_have_them():
    """Block 1 is system text that only one session has; 7 is a document that both quote; 3 and 4 are their own."""
    rows = asked("a", prefix_hashes=(1, 7, 3), parts=(64, 128)), asked("b", prefix_hashes=(2, 7, 4), parts=(64, 128))
    found = {one.session_id: one.prefix_hashes for one in multiply(trace_of(*rows, span_s=1), 2, seed=1).requests()}
    assert (found["a#2"][:2], found["b#2"][:2]) == ((1, 7), (2, 7))
    assert len({found[name][2] for name in ("a", "b", "a#2", "b#2")}) == 4


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
    assert [one.think_s * 4 for one in fast.requests()] == pytest.approx([one.think_s for one in trace.requests()])


@pytest.mark.parametrize(("scale", "changes"), [(0, {}), (2, {"meaning": "more"}), (2, {"jitter_s": -1.0})])
def test_nonsense_is_refused(trace, scale, changes):
    with pytest.raises(BadInput):
        multiply(trace, scale, seed=1, **changes)
