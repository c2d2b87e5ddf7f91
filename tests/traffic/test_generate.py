"""Generated traffic: deterministic, inside its window, with growing prompts and shared prefixes."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simulator.traffic import blocks
from simulator.traffic.generate import generate
from simulator.traffic.shape import spearman
from tests.traffic.plans import chat


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(trace):
    assert generate(chat(), span_s=60, seed=1).digest() == trace.digest()
    assert generate(chat(), span_s=60, seed=2).digest() != trace.digest()


def test_another_process_gives_the_same_digest(trace):
    program = (
        "import plans; from simulator.traffic.generate import generate\n"
        "print(generate(plans.chat(), span_s=60, seed=1).digest())"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=env
    )
    assert done.stdout.strip() == trace.digest()


def test_sessions_start_in_the_window_and_only_first_turns_have_a_time(trace):
    for session in trace.sessions():
        assert 0 <= session[0].at < 60
        assert [turn.at for turn in session[1:]] == [None] * (len(session) - 1)
        assert [turn.turn for turn in session] == list(range(1, len(session) + 1))
        assert session[0].think_s == 0


def test_a_prompt_is_system_history_and_the_new_message(trace):
    for session in trace.sessions():
        for turn in session:
            assert turn.input_tokens == sum(turn.parts)
            assert turn.parts[0] == 420
        for before, after in pairwise(session):
            assert after.parts[: len(before.parts) + 1] == (*before.parts, before.output_tokens)


def test_hashes_share_the_system_prompt_and_grow_with_the_session(trace):
    sessions = trace.sessions()
    system = tuple(blocks.of_prompt("system", i) for i in range(420 // 64))
    for session in sessions:
        for turn in session:
            assert len(turn.prefix_hashes) == turn.input_tokens // 64
            assert turn.prefix_hashes[:6] == system
        for before, after in pairwise(session):
            assert after.prefix_hashes[: len(before.prefix_hashes)] == before.prefix_hashes
    own = [set(session[-1].prefix_hashes[6:]) for session in sessions]
    assert sum(map(len, own)) == len(set().union(*own))


def test_shares_and_lengths_are_the_asked_ones():
    requests = [turn for session in generate(chat(), span_s=2000, seed=3).sessions() for turn in session]
    assert np.mean([one.difficulty == "hard" for one in requests]) == pytest.approx(0.2, abs=0.02)
    assert np.median([one.parts[-1] for one in requests]) == pytest.approx(70, rel=0.05)
    assert np.median([one.output_tokens for one in requests]) == pytest.approx(110, rel=0.05)


def test_a_journey_that_does_not_say_how_hard_it_is_stays_silent():
    trace = generate(chat(hard=None), span_s=10, seed=1)
    assert set(trace.table.column("difficulty").to_pylist()) == {None}


def test_later_turns_can_have_other_messages():
    plan = chat(input_tokens=1000, next_input_tokens=10, turns=3)
    turns = [turn for session in generate(plan, span_s=10, seed=1).sessions() for turn in session]
    assert {(turn.turn, turn.parts[-1]) for turn in turns} == {(1, 1000), (2, 10), (3, 10)}


@pytest.mark.parametrize("correlation", [-0.5, 0.42, 0.9])
def test_lengths_can_be_correlated(correlation):
    table = generate(chat(correlation=correlation, turns=1), span_s=1000, seed=1).table
    found = spearman(table.column("input_tokens").to_numpy(), table.column("output_tokens").to_numpy())
    assert found == pytest.approx(correlation, abs=0.03)


def test_without_history_every_turn_is_system_prompt_and_message():
    sessions = generate(chat(history="none", turns=3, input_tokens=300), span_s=10, seed=1).sessions()
    assert {turn.parts for session in sessions for turn in session} == {(420, 300)}
    own = [block for session in sessions for turn in session for block in turn.prefix_hashes[6:]]
    assert len(set(own)) == len(own)


def test_a_window_without_arrivals_is_an_empty_trace():
    trace = generate(chat(), span_s=1e-6, seed=1)
    assert (len(trace), trace.sessions()) == (0, [])
