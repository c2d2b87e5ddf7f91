import pytest

from simulator.calls import Outcome
from simulator.strategies.drive import Answer
from tests.strategies.scripted import refused, sent, serve, tree


def test_a_quick_answer_is_not_raced() -> None:
    assert sent(serve(tree("race: {of: [a, b], after: 2s}"), "done")) == [("a", "answer", 0, 1)]


def test_the_loser_is_a_cancelled_call_of_its_own() -> None:
    served = serve(tree("race: {of: [a, b], after: 500ms}"), Answer(seconds=9.0), Answer(seconds=1.0, text="done"))
    assert [(one.reply.ask.model, one.reply.ask.call, one.reply.outcome) for one in served.attempts] == [
        ("a", 0, Outcome.CANCELLED),
        ("b", 1, Outcome.OK),
    ]
    assert (served.reply.text, served.ended_at) == ("done", 1.5)


def test_a_retry_around_a_race_sends_all_racers_again() -> None:
    node = tree("retry: {of: {race: {of: [a, b], after: 0}}, times: 1}")
    served = serve(node, refused(), refused(), Answer(seconds=1.0), Answer(seconds=2.0))
    assert sent(served) == [("a", "answer", 0, 1), ("b", "answer", 1, 1), ("a", "answer", 0, 2), ("b", "answer", 1, 2)]


def test_only_calls_can_race() -> None:
    with pytest.raises(
        ValueError, match="only models and call nodes can race, not retry; put the retry around the race"
    ):
        tree("race: [a, {retry: b}]")


def test_the_loser_bills_its_prompt_and_what_it_had_written() -> None:
    """Nine seconds, the first token after one: at 1.5 s half a second of eight was written, 25 tokens of 400."""
    slow = Answer(seconds=9.0, first_token_s=1.0, columns={"input_tokens": 500, "output_tokens": 400})
    late = Answer(seconds=9.0, first_token_s=8.0, columns={"input_tokens": 500, "output_tokens": 400})
    for loser, seen in ((slow, 25), (late, 0)):
        served = serve(tree("race: {of: [a, b], after: 500ms}"), loser, Answer(seconds=1.0, text="done"))
        answer = served.attempts[0].answer
        assert (answer.column("input_tokens"), answer.column("output_tokens")) == (500, seen)
        assert answer.column("usage_source") == "estimated"


def test_where_nobody_answers_the_last_one_s_failure_is_what_the_user_gets() -> None:
    served = serve(tree("race: {of: [a, b, c], after: 0}"), refused(429), refused(500), refused(503))
    assert (served.reply.ask.model, served.reply.outcome) == ("c", Outcome.UNAVAILABLE)
