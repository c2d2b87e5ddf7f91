from dataclasses import replace

import pytest

from simulator.calls import Outcome
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Turn
from simulator.strategies.node import Node
from simulator.traffic.request import Request
from tests.strategies.scripted import REQUEST, refused, sent, serve, tree


def test_an_answer_that_passes_is_served() -> None:
    assert sent(serve(tree("cascade: [small, big]"), "done")) == [("small", "answer", 0, 1)]


def test_an_answer_cut_at_the_limit_escalates_and_both_are_sent() -> None:
    served = serve(tree("cascade: [small, big]"), Answer(Outcome.LENGTH, text="half"), "whole")
    assert sent(served) == [("small", "answer", 0, 1), ("big", "answer", 1, 1)]
    assert served.reply.text == "whole"


def test_json_is_checked_by_reading_it() -> None:
    node = tree("cascade: {of: [small, big], accept: json}")
    assert serve(node, '{"a": 1}').reply.ask.model == "small"
    assert serve(node, "sure! {", "[]").reply.ask.model == "big"


def test_a_pattern_accepts_what_it_finds() -> None:
    node = tree("cascade: {of: [small, big], accept: {matches: '^(yes|no)$'}}")
    assert serve(node, "yes").reply.ask.model == "small"
    assert serve(node, "maybe", "no").reply.ask.model == "big"


def test_the_scenario_s_validator_decides_where_it_checked() -> None:
    node = tree("cascade: {of: [small, big], accept: valid}")
    assert serve(node, Answer(columns={"valid": True})).reply.ask.model == "small"
    assert serve(node, Answer(columns={"valid": None})).reply.ask.model == "small"
    assert serve(node, Answer(columns={"valid": False}), "whole").reply.ask.model == "big"
    assert node.needs_validator()
    assert not tree("cascade: {of: [small, big], accept: json}").needs_validator()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("retry: {cascade: [small, big]}", ["a.retry.cascade: nothing looks at its answers"]),
        ("cascade: {of: [small, big], accept: valid}", []),
        ("cascade: {of: [small, big], judge: {with: tiny}}", []),
        ("cascade: {of: [small, {cascade: [small, big]}], accept: json}", ["a.cascade.1.cascade: nothing looks at"]),
    ],
)
def test_a_cascade_that_looks_at_nothing_says_so(form: str, said: list[str]) -> None:
    """Its saving is that of the small model alone, and looks like a find."""
    found = tree(form).cautions()
    assert [caution[: len(start)] for caution, start in zip(found, said, strict=True)] == said


def test_a_poor_answer_is_served_rather_than_an_error() -> None:
    served = serve(tree("cascade: [small, big]"), Answer(Outcome.LENGTH, text="half"), refused(503))
    assert (served.reply.text, served.reply.ask.model) == ("half", "small")


def test_the_judge_reads_rubric_and_answer_before_the_user_does() -> None:
    node = tree("cascade: {of: [small, big], judge: {with: tiny, rubric_tokens: 200}}")
    served = serve(node, Answer(text="a", columns={"output_tokens": 80}), "reject", "better", difficulty="hard")
    assert sent(served) == [("small", "answer", 0, 1), ("tiny", "judge", 1, 1), ("big", "answer", 2, 1)]
    ask = served.attempts[1].reply.ask
    assert (ask.instructions_tokens, ask.own_tokens, ask.labels, ask.truth) == (200, 80, ("accept", "reject"), "reject")


@pytest.mark.parametrize(("unsure", "model"), [("accept", "small"), ("reject", "big")])
def test_a_judge_that_cannot_say_has_a_declared_verdict(unsure: str, model: str) -> None:
    node = tree(f"cascade: {{of: [small, big], judge: {{with: tiny, unsure: {unsure}}}}}")
    rest = ["better"] if model == "big" else []
    assert serve(node, "a", "hmm", *rest).reply.ask.model == model


def test_an_assumed_acceptance_holds_in_the_long_run_and_needs_a_known_difficulty() -> None:
    node = tree("cascade: {of: [small, big], accept: {assumed: {easy: 90%}}}")
    requests = [replace(REQUEST, request_id=f"r{n}", difficulty="easy") for n in range(1000)]
    accepted = sum(_answers(node, one) == 1 for one in requests)
    assert 870 <= accepted <= 930
    assert _answers(node, replace(REQUEST, difficulty="hard")) == 2


def _answers(node: Node, request: Request) -> int:
    return len(drive(node, Turn(request, 1, at=0.0), lambda ask, turn: Answer(text="done")).attempts)
