import pytest
from pydantic import ValidationError

from simulator.strategies.drive import Answer
from tests.strategies.scripted import refused, sent, serve, tree


def test_what_waits_goes_to_the_batch_tier_and_takes_as_long_as_it_may() -> None:
    served = serve(tree("batch: big"), Answer(seconds=2.0, first_token_s=0.5))
    (attempt,) = served.attempts
    assert (attempt.reply.ask.model, attempt.reply.ask.tier) == ("big", "batch")
    assert (served.ended_at, attempt.answer.first_token_s) == (86400.0, None)


def test_a_time_limit_around_it_does_not_cut_it_and_every_call_waits_anew() -> None:
    node = tree("retry: {fallback: {of: [{batch: {of: big, deadline: 1h}}, small], timeout: 20s}}")
    served = serve(node, refused(), "done")
    assert [ask[0] for ask in sent(served)] == ["big", "big"]
    assert 7200 < served.ended_at < 7202


def test_a_tree_says_what_it_asks_at_which_tier_and_that_it_cannot_be_sent() -> None:
    waits, flexible = "{batch: {retry: big}}", "{call: {model: small, tier: flex}}"
    node = tree(f"split: {{parts: {{a: {{share: 40%, of: {waits}}}, b: {{share: 60%, of: {flexible}}}}}}}")
    assert node.tiers() == {("big", "batch"), ("small", "flex")}
    found = node.unsent()
    assert found is not None
    assert found.path == "a.split.a.batch"
    assert tree("small").unsent() is None


def test_a_call_is_no_batch() -> None:
    with pytest.raises(ValidationError, match="write `batch: MODEL` instead"):
        tree("call: {model: big, tier: batch}")
