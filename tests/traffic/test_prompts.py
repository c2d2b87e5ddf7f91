"""Prompts have exactly the planned tokens, extend from turn to turn, and need no tokenizer to be written."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.tokens import encoding
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.traffic.prompts import Prompts
from simulator.traffic.request import Request
from tests.traffic.plans import chat

TOKENIZER = encoding.load("o200k_base")


def tokens(text):
    return len(TOKENIZER.encode_ordinary(text))


def joined(messages):
    return "".join(one["content"] for one in messages)


def common(one, two):
    return one[: next(i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b)]


def test_every_message_has_its_planned_length(trace):
    prompts = Prompts(1)
    for turn in [turn for rows in trace.sessions()[:60] for turn in rows]:
        messages = prompts.messages(turn)
        assert [tokens(one["content"]) for one in messages] == list(turn.parts)
        assert [one["role"] for one in messages] == ["system", *["user", "assistant"] * turn.turn][:-1]


def test_a_turn_begins_with_the_turn_before(trace):
    prompts = Prompts(1)
    for rows in trace.sessions():
        for before, after in pairwise(rows):
            assert prompts.messages(after)[: len(before.parts)] == prompts.messages(before)


def test_equal_hashes_are_equal_bytes_across_sessions_and_clones(trace):
    prompts, seen = Prompts(1), {}
    for rows in multiply(trace, 2, seed=1).sessions()[:100]:
        atoms = [TOKENIZER.decode([one]) for one in TOKENIZER.encode_ordinary(joined(prompts.messages(rows[-1])))]
        for index, block in enumerate(rows[-1].prefix_hashes):
            text = "".join(atoms[index * 64 : index * 64 + 64])
            assert seen.setdefault(block, text) == text
    assert len(set(seen.values())) == len(seen)


def test_a_turn_without_history_shares_nothing_but_the_system_prompt():
    prompts = Prompts(1)
    for first, second in multiply(generate(chat(history="none", turns=2), span_s=5, seed=1), 2, seed=1).sessions():
        texts = [joined(prompts.messages(turn)) for turn in (first, second)]
        assert tokens(common(*texts)) in range(416, 430)
        for turn in (first, second):
            named = replace(turn, prefix_hashes=turn.prefix_hashes[:6])  # the rest is named by session and turn
            assert prompts.messages(named) == prompts.messages(turn)


def test_the_system_prompt_is_one_text(trace):
    prompts = Prompts(1)
    assert len({prompts.messages(rows[0])[0]["content"] for rows in trace.sessions()}) == 1


def test_another_seed_writes_another_text(trace):
    first = trace.sessions()[0][0]
    assert Prompts(1).messages(first) != Prompts(2).messages(first)


def test_the_last_turn_alone_is_the_new_message(trace):
    turn = max(trace.sessions(), key=len)[-1]
    prompts = Prompts(1)
    assert prompts.messages(turn, sees="last_turn") == prompts.messages(turn)[-1:]


def test_instructions_come_first(trace):
    turn, prompts = trace.sessions()[0][0], Prompts(1)
    instructions, *rest = prompts.messages(turn, instructions_tokens=120)
    assert (instructions["role"], tokens(instructions["content"])) == ("system", 120)
    assert rest == prompts.messages(turn)


@pytest.mark.parametrize("size", [16, 64, 512])
def test_recorded_hashes_give_the_length_whatever_the_block_size(size):
    """Mooncake gives an id to a last, partial block too; weka does not."""
    for length in (1, 15, 16, 17, 511, 512, 513, 1500):
        for blocks in (length // size, -(-length // size)):
            request = Request("a.t1", "a", 1, "recorded", 0.0, 0.0, length, 1, None, tuple(range(blocks)), size)
            assert tokens(joined(Prompts(1).messages(request))) == length


def test_recorded_prefixes_are_byte_equal_as_far_as_their_ids():
    one, two = (
        Request(f"{name}.t1", name, 1, "recorded", 0.0, 0.0, 1500, 1, None, ids, 512)
        for name, ids in (("a", (0, 1, 2)), ("b", (0, 1, 9)))
    )
    texts = [joined(Prompts(1).messages(each)) for each in (one, two)]
    assert tokens(common(*texts)) in range(1020, 1033)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.text(max_size=8))
def test_text_has_the_asked_length_and_shorter_ones_begin_longer_ones(length, key):
    prompts = Prompts(1)
    assert tokens(prompts.text(length, key)) == length
    assert prompts.text(length + 7, key).startswith(prompts.text(length, key))


def test_writing_prompts_needs_neither_tokenizer_nor_pandas():
    program = (
        "import sys; from simulator.traffic.prompts import Prompts; from simulator.traffic.trace import Trace\n"
        "Prompts(1).text(100, 'x'); print(sorted({'tiktoken', 'pandas', 'locust', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_a_request_s_own_tokens_stand_before_its_new_message_and_share_no_text(trace):
    prompts = Prompts(trace_seed=1)
    one, other = (session[0] for session in trace.sessions()[:2])
    *before, own, last = prompts.messages(one, own_tokens=300)
    assert [*before, last] == prompts.messages(one)
    assert tokens(own["content"]) == 300
    assert own["content"][:40] != prompts.messages(other, own_tokens=300)[-2]["content"][:40]
