import pytest

from simulator.calls import Outcome
from simulator.strategies.drive import Answer
from tests.strategies.scripted import refused, sent, serve, tree

CHAIN = "fallback: [big, {call: {model: big, provider: azure}}, small]"


def test_the_next_one_is_a_call_of_its_own() -> None:
    served = serve(tree(CHAIN), refused(503), refused(429), "done")
    assert sent(served) == [("big", "answer", 0, 1), ("big", "answer", 1, 1), ("small", "answer", 2, 1)]
    assert [attempt.after_call_id for attempt in served.attempts] == [None, "r1/0/1", "r1/1/1"]


def test_a_bad_request_does_not_move_on() -> None:
    assert len(serve(tree(CHAIN), refused(400)).attempts) == 1


def test_its_timeout_bounds_the_targets_and_the_time_is_lost() -> None:
    node = tree("fallback: {of: [big, {call: {model: small, timeout: 3s}}], timeout: 2s}")
    served = serve(node, Answer(seconds=9.0), Answer(seconds=2.5))
    assert [attempt.reply.outcome for attempt in served.attempts] == [Outcome.TOTAL_TIMEOUT, Outcome.OK]
    assert served.ended_at == pytest.approx(4.5)  # the timeout itself, not what the answer would have taken


def test_an_answer_that_broke_in_the_middle_is_not_replaced_unless_asked() -> None:
    broken = Answer(Outcome.TRUNCATED, columns={"output_tokens": 40})
    assert len(serve(tree("fallback: [big, small]"), broken).attempts) == 1
    assert len(serve(tree("fallback: {of: [big, small], after_text: true}"), broken, "done").attempts) == 2


def test_each_target_may_retry_on_its_own() -> None:
    node = tree("fallback: [{retry: {of: big, times: 1}}, small]")
    assert sent(serve(node, refused(), refused(), "done")) == [
        ("big", "answer", 0, 1),
        ("big", "answer", 0, 2),
        ("small", "answer", 1, 1),
    ]


def test_its_limit_of_the_first_token_holds_where_a_target_has_none_of_its_own() -> None:
    node = tree("fallback: {of: [big, {call: {model: small, first_token_timeout: 3s}}], first_token_timeout: 1s}")
    late = Answer(seconds=9.0, first_token_s=2.0)
    served = serve(node, late, late)
    assert [attempt.reply.outcome for attempt in served.attempts] == [Outcome.FIRST_TOKEN_TIMEOUT, Outcome.OK]
