"""Which blocks of a call's prompt a prefix cache may hold."""

from dataclasses import replace

from simulator.traffic import blocks
from simulator.traffic.prompts import Prompts


def test_a_bare_prompt_has_the_requests_blocks(trace):
    request = trace.sessions()[0][0]
    assert blocks.prefix(request) == [(block, 64) for block in request.prefix_hashes]
    assert blocks.prefix(replace(request, block_size=512))[0][1] == 512


def test_a_classifiers_prompt_shares_with_that_classifier_only(trace):
    one, two = trace.sessions()[0][0], trace.sessions()[1][0]
    labels, other, bare = (blocks.prefix(one, instructions_tokens=tokens) for tokens in (120, 80, 0))
    assert labels[0][1] == 120
    assert not {block for block, _ in labels} & {block for block, _ in [*other, *bare]}
    assert blocks.prefix(two, instructions_tokens=120)[:7] == labels[:7]  # the rubric and the shared system prompt
    assert blocks.prefix(two, instructions_tokens=120)[7:] != labels[7:]


def test_instructions_with_words_are_told_apart_by_them(trace):
    request = trace.sessions()[0][0]
    one, two = (blocks.prefix(request, instructions=text) for text in ("Is it hard?", "Is it long?"))
    assert not set(one) & set(two)


def test_the_last_turn_alone_shares_the_instructions_alone(trace):
    request = trace.sessions()[0][-1]
    assert [tokens for _, tokens in blocks.prefix(request, sees="last_turn", instructions_tokens=120)] == [120]
    assert blocks.prefix(request, sees="last_turn") == []


def test_texts_behind_instructions_differ_from_the_bare_prompt_from_the_first_byte(trace):
    request, prompts = trace.sessions()[0][0], Prompts(1)
    assert prompts.messages(request, instructions_tokens=120)[0] != prompts.messages(request)[0]
