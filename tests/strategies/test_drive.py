from typing import Literal

import pytest

from simulator.calls import Outcome
from simulator.strategies.drive import Answer, drive
from simulator.strategies.effects import Ask, Race, Serving, Turn
from simulator.strategies.node import Node
from tests.strategies.scripted import REQUEST, tree


class Racing:
    """Two models, the second half a second later; not a node of the project, so that the driver is tested alone."""

    kind: Literal["racing"] = "racing"

    def serve(self, turn: Turn) -> Serving:
        reply = yield Race((Ask("a", "n", call=0), Ask("b", "n", call=1)), after=0.5)
        assert reply is not None
        return reply


def _race(a: Answer, b: Answer) -> list[tuple[str, str, float, float]]:
    answers = {"a": a, "b": b}
    node: Node = Racing()  # type: ignore[assignment]
    served = drive(node, Turn(REQUEST, 1, at=10.0), lambda ask, turn: answers[ask.model])
    return [(one.reply.ask.model, one.reply.outcome, one.reply.sent_at, one.reply.ended_at) for one in served.attempts]


def test_a_quick_first_answer_spares_the_second() -> None:
    assert _race(Answer(seconds=0.4), Answer()) == [("a", "ok", 10.0, 10.4)]


def test_the_first_answer_wins_and_the_other_is_cancelled_then() -> None:
    assert _race(Answer(seconds=3.0), Answer(seconds=1.0)) == [
        ("a", "cancelled", 10.0, 11.5),
        ("b", "ok", 10.5, 11.5),
    ]


def test_where_nobody_answers_the_race_ends_with_the_last() -> None:
    failed = Answer(Outcome.SERVER_ERROR, seconds=2.0)
    assert _race(failed, failed) == [("a", "server_error", 10.0, 12.0), ("b", "server_error", 10.5, 12.5)]


def test_the_clock_starts_when_the_request_is_due() -> None:
    served = drive(tree("m"), Turn(REQUEST, 1, at=7.0), lambda ask, turn: Answer(seconds=2.0))
    assert (served.due, served.ended_at) == (7.0, 9.0)


@pytest.mark.parametrize(
    ("limits", "outcome", "seconds"),
    [
        ("timeout: 3s", Outcome.TOTAL_TIMEOUT, 3.0),
        ("first_token_timeout: 1s", Outcome.FIRST_TOKEN_TIMEOUT, 1.0),
        ("timeout: 4s, first_token_timeout: 2s", Outcome.OK, 4.0),
    ],
)
def test_a_client_stops_waiting_at_its_limits(limits: str, outcome: Outcome, seconds: float) -> None:
    answer = Answer(seconds=4.0, first_token_s=1.5, text="done")

    def answers(ask: Ask, turn: Turn) -> Answer:
        return answer

    served = drive(tree(f"call: {{model: m, {limits}}}"), Turn(REQUEST, 1, at=0.0), answers)
    assert (served.reply.outcome, served.ended_at) == (outcome, seconds)


@pytest.mark.parametrize(
    ("limits", "seen", "first"),
    [("timeout: 3s", 60, 1.5), ("timeout: 1s", None, None), ("first_token_timeout: 1s", None, None)],
)
def test_a_timeout_leaves_the_prompt_and_what_had_been_written(limits: str, seen: int, first: float) -> None:
    """100 tokens from 1.5 s to 4 s: at 3 s there were 60; before the first nobody knows how many, and it is not 0."""
    usage = {"input_tokens": 500, "output_tokens": 100, "usage_source": "reported"}
    answer = Answer(seconds=4.0, first_token_s=1.5, columns=usage)
    served = drive(tree(f"call: {{model: m, {limits}}}"), Turn(REQUEST, 1, at=0.0), lambda ask, turn: answer)
    cut = served.attempts[0].answer
    assert (cut.column("input_tokens"), cut.column("output_tokens"), cut.first_token_s) == (500, seen, first)
    assert cut.column("usage_source") == "estimated"
