"""What a simulated model writes."""

import pytest

from simulator.provider import answers


def test_a_label_is_right_as_often_as_the_profile_says():
    said = [answers.label("hard", ("easy", "hard"), 0.9, seed=1, key=f"r{index}/0/1") for index in range(5_000)]
    assert said.count("hard") / len(said) == pytest.approx(0.9, abs=0.015)
    assert set(said) == {"easy", "hard"}


def test_without_a_truth_any_label_is_as_likely():
    said = [answers.label(None, ("a", "b"), 1.0, seed=1, key=str(index)) for index in range(2_000)]
    assert said.count("a") / len(said) == pytest.approx(0.5, abs=0.04)


def test_the_only_label_is_always_right():
    assert answers.label("a", ("a",), 0.0, seed=1, key="r") == "a"


def test_an_answer_has_as_many_tokens_as_it_says():
    tiktoken = pytest.importorskip("tiktoken")
    del tiktoken
    from simulator.tokens.counting import count

    said = answers.text("r1/0/1", 500)
    assert count(said, "gpt-4o").tokens == 500
    assert said == answers.text("r1/0/1", 500)
