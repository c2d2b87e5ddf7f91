import pytest

from simulator.calls import Outcome
from simulator.strategies.effects import Ask, Reply
from simulator.strategies.when import matches
from tests.strategies.scripted import tree


def _reply(outcome: Outcome, status: int | None = None) -> Reply:
    return Reply(Ask("m", "a.call"), "r1/0/1", outcome, status=status)


@pytest.mark.parametrize(
    ("word", "outcome", "status", "expected"),
    [
        ("429", Outcome.RATE_LIMITED, 429, True),
        ("5xx", Outcome.SERVER_ERROR, 500, True),
        ("5xx", Outcome.OVERLOADED, 529, True),
        ("5xx", Outcome.RATE_LIMITED, 429, False),
        ("refused", Outcome.OVERLOADED, 529, True),
        ("timeout", Outcome.CONNECT_TIMEOUT, None, True),
        ("connection", Outcome.DNS, None, True),
        ("broken", Outcome.TRUNCATED, 200, True),
        ("malformed", Outcome.MALFORMED, 200, True),
        ("5xx", Outcome.CONNECT, None, False),
    ],
)
def test_words_groups_and_statuses(word: str, outcome: Outcome, status: int | None, expected: bool) -> None:
    assert matches((word,), _reply(outcome, status)) is expected


@pytest.mark.parametrize(("word", "problem"), [("timeouts", "did you mean 'timeout'"), ("dropped", "is no outcome")])
def test_what_an_attempt_cannot_end_as_is_refused(word: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        tree(f"retry: {{of: m, when: [{word}]}}")
