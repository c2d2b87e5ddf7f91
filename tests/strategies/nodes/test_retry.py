from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.calls import Outcome
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Ask, Reply, Turn
from simulator.strategies.nodes.retry import Retry
from tests.strategies.scripted import REQUEST, refused, sent, serve, tree

TWICE = "retry: {of: gpt-4o, times: 2, backoff: 500ms, jitter: 0%}"


def test_attempts_of_a_call_share_its_index() -> None:
    served = serve(tree(TWICE), refused(429), refused(529), "done")
    assert sent(served) == [("gpt-4o", "answer", 0, n) for n in (1, 2, 3)]
    assert served.reply.text == "done"


def test_only_the_call_that_failed_is_sent_again() -> None:
    node = tree("retry: {of: {classify: {with: s, routes: {easy: s, hard: b}, otherwise: hard}}, times: 1}")
    assert sent(serve(node, "hard", refused(503), "done")) == [
        ("s", "classify", 0, 1),
        ("b", "answer", 1, 1),
        ("b", "answer", 1, 2),
    ]


def test_the_last_refusal_is_the_answer() -> None:
    served = serve(tree(TWICE), refused(), refused(), refused(503))
    assert (served.reply.outcome, len(served.attempts)) == (Outcome.UNAVAILABLE, 3)


def test_backoff_doubles_between_attempts() -> None:
    served = serve(tree(TWICE), refused(), refused(), "done")
    assert [attempt.reply.sent_at for attempt in served.attempts] == pytest.approx([0.0, 0.6, 1.7])  # 0.1 + .5, 0.1 + 1


def test_retry_after_is_obeyed_where_it_is_longer() -> None:
    served = serve(tree(TWICE), refused(retry_after=3.0), refused(retry_after=0.2), "done")
    assert [attempt.reply.sent_at for attempt in served.attempts] == pytest.approx([0.0, 3.1, 4.2])


def test_a_retry_after_beyond_patience_is_not_waited_for() -> None:
    assert len(serve(tree(TWICE), refused(retry_after=61.0)).attempts) == 1


@pytest.mark.parametrize(
    "outcome", [Outcome.CLIENT_ERROR, Outcome.CONTENT_FILTER, Outcome.CANCELLED, Outcome.MALFORMED]
)
def test_what_would_fail_again_is_not_sent_again(outcome: Outcome) -> None:
    assert len(serve(tree(TWICE), Answer(outcome)).attempts) == 1


@pytest.mark.parametrize(
    "outcome",
    [Outcome.SERVER_ERROR, Outcome.FIRST_TOKEN_TIMEOUT, Outcome.CONNECT, Outcome.STALE_CONNECTION, Outcome.TRUNCATED],
)
def test_what_may_pass_is_sent_again(outcome: Outcome) -> None:
    assert len(serve(tree(TWICE), Answer(outcome), "done").attempts) == 2


def test_text_that_the_user_has_seen_is_not_sent_twice_unless_asked() -> None:
    broken = Answer(Outcome.TRUNCATED, text="The answer is")
    assert len(serve(tree(TWICE), broken).attempts) == 1
    assert len(serve(tree("retry: {of: m, after_text: true}"), broken, "done").attempts) == 2


def test_when_narrows_what_is_retried() -> None:
    node = tree("retry: {of: m, when: [429, timeout]}")
    assert len(serve(node, refused(503)).attempts) == 1
    assert len(serve(node, refused(429), "done").attempts) == 2


@given(attempt=st.integers(1, 20), seed=st.integers(0, 2**40), retry_after=st.none() | st.floats(0, 60))
def test_a_pause_lies_between_its_bounds(attempt: int, seed: int, retry_after: float | None) -> None:
    node = tree("retry: {of: m}")
    assert isinstance(node, Retry)
    reply = Reply(Ask("m", "a.retry.call"), "r1/0/1", Outcome.RATE_LIMITED, retry_after_s=retry_after)
    pause = node.pause(reply, attempt, Turn(REQUEST, seed, at=0.0))
    own = min(0.5 * 2.0 ** (attempt - 1), 8.0)
    assert max(0.75 * own, retry_after or 0.0) <= pause <= max(own, retry_after or 0.0)


def test_jitter_spreads_requests_and_repeats_with_the_seed() -> None:
    node = tree("retry: {of: m}")
    requests = [replace(REQUEST, request_id=f"r{n}") for n in range(50)]
    ends = [serve(node, refused(), "done", request=one).ended_at for one in requests]
    assert len(set(ends)) == 50
    assert ends == [serve(node, refused(), "done", request=one).ended_at for one in requests]


def test_a_budget_keeps_retries_a_share_of_the_calls() -> None:
    node, memory = tree("retry: {of: m, times: 3, budget: 20%}"), dict[str, Any]()

    def attempts(number: int) -> int:
        turn = Turn(replace(REQUEST, request_id=f"r{number}"), 1, at=float(number), memory=memory)
        return len(drive(node, turn, lambda ask, turn: refused(503)).attempts)

    sendings = [attempts(number) for number in range(1000)]
    assert sendings[:7] == [2, 1, 1, 1, 2, 1, 1]  # one to begin with, then one in five
    assert sum(sendings) == pytest.approx(1200, abs=2)


def test_a_quiet_time_saves_up_ten_retries_and_no_more() -> None:
    node, memory = tree("retry: {of: m, times: 3, budget: 10%}"), dict[str, Any]()

    def attempts(number: int, answer: Answer) -> int:
        turn = Turn(replace(REQUEST, request_id=f"r{number}"), 1, at=float(number), memory=memory)
        return len(drive(node, turn, lambda ask, turn: answer).attempts)

    for number in range(10_000):
        attempts(number, Answer())
    storm = [attempts(number, refused(503)) - 1 for number in range(10_000, 10_010)]
    assert 10 <= sum(storm) <= 11
