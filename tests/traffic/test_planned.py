"""A journey of the user's own chats: real counts in the trace, the real words in what is sent."""

from collections import Counter

import pytest
from pydantic import ValidationError

from simulator.errors import BadInput
from simulator.tokens.counting import count
from simulator.traffic import blocks
from simulator.traffic.chat_lengths import lengths, trust
from simulator.traffic.chats import read
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.traffic.plan import Traffic
from simulator.traffic.prompts import Prompts
from tests.traffic.test_chats import lines, said

RULES = "You answer for a shop. " * 40
CHATS = (
    {"messages": said("Where is my parcel?", "It left on Monday.", "And when is it here?", system=RULES)},
    {"messages": said("Können Sie mir helfen? 🙂", "Natürlich.", system=RULES)},
    {"prompt": "No system prompt at all."},
)
OWN = {"name": "own", "prompts": "chats.jsonl", "output_tokens": 77, "think": "2s", "hard": "50%"}


@pytest.fixture
def chats(tmp_path):
    return read(lines(tmp_path / "chats.jsonl", *CHATS))


def plan(**changes):
    journey = {"name": "chat", "weight": "40%", "input_tokens": 50, "output_tokens": 9, "system_tokens": 100}
    own = OWN | {"weight": "60%"} | changes
    return Traffic.model_validate({"arrivals": {"kind": "poisson", "rate": "5/s"}, "journeys": [journey, own]})


def tokens(messages):
    return sum(count(one["content"], "gpt-4o").tokens for one in messages)


def test_every_planned_length_is_the_length_of_what_is_sent(chats):
    trace, writer = generate(plan(), span_s=20, seed=3, chats={"own": lengths(chats)}), Prompts(3, {"own": chats})
    found = [one for session in multiply(trace, 2, seed=3).sessions() for one in session if one.journey == "own"]
    assert {(one.source_row, one.turn) for one in found} == {(1, 1), (1, 2), (2, 1), (3, 1)}
    for one in found:
        messages = writer.messages(one)
        assert messages == chats.of(one.source_row).before(one.turn)
        assert tokens(messages) == one.input_tokens == sum(one.parts)
        assert tokens(writer.messages(one, sees="last_turn")) == one.parts[-1]
        assert len(one.prefix_hashes) == one.input_tokens // blocks.SIZE
    assert any(one.journey == "chat" and one.source_row is None for one in trace.requests())


def test_answers_that_the_chat_holds_are_planned_and_others_drawn(chats):
    trace = generate(plan(), span_s=20, seed=3, chats={"own": lengths(chats)})
    answers = {(one.source_row, one.turn): one.output_tokens for one in trace.requests() if one.journey == "own"}
    first, last = (count(text, "gpt-4o").tokens for text in ("It left on Monday.", "Natürlich."))
    assert answers == {(1, 1): first, (1, 2): 77, (2, 1): last, (3, 1): 77}


def test_chats_take_turns_and_the_seed_says_in_which_order(chats):
    counted = {"own": lengths(chats)}
    orders = []
    for seed in range(8):
        sessions = generate(plan(), span_s=20, seed=seed, chats=counted).sessions()
        order = [session[0].source_row for session in sessions if session[0].journey == "own"]
        assert max(Counter(order).values()) - min(Counter(order).values()) <= 1
        orders.append(tuple(order[:3]))
    assert len(set(orders)) > 1
    again = generate(plan(), span_s=20, seed=0, chats=counted)
    assert again.digest() == generate(plan(), span_s=20, seed=0, chats=counted).digest()


def test_equal_beginnings_have_equal_block_ids(chats):
    one, two, three = lengths(chats)
    same = one.parts[0] // blocks.SIZE
    assert same >= 3
    assert one.ids[:same].tolist() == two.ids[:same].tolist()
    assert len(three.ids) == 0
    assert one.parts[0] == two.parts[0] == count(RULES, "gpt-4o").tokens


def test_another_journey_is_not_touched_by_the_chats(chats):
    own = generate(plan(), span_s=20, seed=3, chats={"own": lengths(chats)})
    other = generate(plan(prompts=None, input_tokens=5), span_s=20, seed=3)
    rows = [[one for one in trace.requests() if one.journey == "chat"] for trace in (own, other)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"input_tokens": 5, "turns": 2}, "the chats of prompts say the messages; leave out turns, input_tokens"),
        ({"prompts": None}, "say how long its messages are with input_tokens, or name a file of prompts"),
    ],
)
def test_lengths_are_said_once(changes, line):
    with pytest.raises(ValidationError, match=line):
        plan(**changes)


def test_chats_that_were_not_read_are_missed():
    with pytest.raises(BadInput, match="sends chats of chats"):
        generate(plan(), span_s=20, seed=3)


def test_counts_say_how_far_they_hold():
    assert trust({"gpt-4o", "gpt-4o-mini"}) == "counted exactly with o200k_base"
    assert trust({"gpt-4o", "deepseek-chat"}) == (
        "estimated with o200k_base; deepseek-chat may count 1.00 to 1.45 times as many"
    )
