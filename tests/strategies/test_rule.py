from dataclasses import replace

import pytest

from simulator.strategies.rule import parse_rule
from tests.strategies.scripted import REQUEST


def test_all_comparisons_must_fit() -> None:
    rule = parse_rule("journey = question and input_tokens <= 500")
    assert rule.fits(REQUEST)
    assert not rule.fits(replace(REQUEST, input_tokens=501))
    assert not rule.fits(replace(REQUEST, journey="other"))


def test_an_unknown_word_fits_only_what_it_is_not() -> None:
    assert not parse_rule("user = u1").fits(REQUEST)
    assert parse_rule("user != u1").fits(REQUEST)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("input_token > 5", "did you mean 'input_tokens'"),
        ("colour = red", "known: input_tokens"),
        ("journey > question", "compare it with = or !="),
        ("input_tokens > many", "not a whole number"),
        ("input_tokens", "is not a comparison"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_rule(text)
