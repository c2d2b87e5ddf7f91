import pytest

from simulator.strategies.drive import Answer
from simulator.strategies.effects import Ask
from tests.strategies.scripted import refused, sent, serve, tree

ROUTED = """
classify:
  with: small
  rubric_tokens: 250
  sees: last_turn
  timeout: 800ms
  routes: {easy: small, hard: big}
  otherwise: hard
"""


def test_hard_requests_pay_for_the_label_and_the_answer() -> None:
    assert sent(serve(tree(ROUTED), Answer(seconds=0.3, text="hard"), "done")) == [
        ("small", "classify", 0, 1),
        ("big", "answer", 1, 1),
    ]


def test_the_question_is_the_rubric_and_the_last_turn() -> None:
    ask = serve(tree(ROUTED), Answer(seconds=0.3, text="easy"), "done", difficulty="easy").attempts[0].reply.ask
    assert (ask.node, ask.instructions_tokens, ask.sees) == ("a.classify", 250, "last_turn")
    assert (ask.labels, ask.truth, ask.max_output_tokens, ask.total_timeout_s) == (("easy", "hard"), "easy", 5, 0.8)


@pytest.mark.parametrize("text", ["easy", " Easy.", '"easy"', "label: easy"])
def test_a_label_is_read_through_case_and_punctuation(text: str) -> None:
    assert serve(tree(ROUTED), Answer(seconds=0.3, text=text), "done").reply.ask.model == "small"


@pytest.mark.parametrize("text", ["", "uneasy", "easy or hard", "neither"])
def test_anything_else_takes_otherwise(text: str) -> None:
    assert serve(tree(ROUTED), Answer(seconds=0.3, text=text), "done").reply.ask.model == "big"


@pytest.mark.parametrize(
    ("text", "label"), [("hard", "hard"), ("very hard", "very hard"), ("Very hard, not hard", ""), ("hardly", "")]
)
def test_a_label_inside_a_longer_one_is_not_named_as_well(text: str, label: str) -> None:
    assert Ask("small", "a", labels=("easy", "hard", "very hard")).named(text) == label


def test_only_a_question_with_labels_is_answered_by_one() -> None:
    assert Ask("small", "a").named("hard") is None


def test_a_classifier_that_fails_or_is_late_takes_otherwise() -> None:
    for failed in (refused(429), Answer(seconds=0.9, text="easy")):
        assert serve(tree(ROUTED), failed, "done").reply.ask.node == "a.classify.hard.call"


def test_what_the_late_classifier_cost_in_time_counts() -> None:
    assert serve(tree(ROUTED), Answer(seconds=5.0, text="easy"), Answer(seconds=2.0)).ended_at == pytest.approx(2.8)
