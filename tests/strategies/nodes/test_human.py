from decimal import Decimal

import pytest
from pydantic import ValidationError

from simulator.calls import HUMAN
from simulator.strategies.drive import Answer
from tests.strategies.scripted import refused, sent, serve, tree

HELP = "human: {cost: $4.50, takes: 6m, who: support}"


def test_a_person_answers_without_a_model_for_a_declared_price_and_time() -> None:
    served = serve(tree(HELP))
    (attempt,) = served.attempts
    ask = attempt.reply.ask
    assert (ask.model, ask.provider, ask.purpose, ask.tier) == ("support", HUMAN, HUMAN, "$4.50/case")
    assert (served.reply.ok, served.ended_at) == (True, 360.0)
    assert (attempt.reply.input_tokens, attempt.reply.output_tokens) == (None, None)
    assert tree(HELP).models() == set()


def test_it_is_the_last_step_of_a_cascade_or_a_fallback() -> None:
    cascade = tree(f"cascade: {{of: [small, {{{HELP}}}], accept: {{assumed: {{easy: 100%}}}}}}")
    assert [ask[0] for ask in sent(serve(cascade, Answer(seconds=1.0), difficulty="hard"))] == ["small", "support"]
    assert serve(cascade, Answer(seconds=1.0), difficulty="easy").ended_at == 1.0
    assert serve(tree(f"fallback: [big, {{{HELP}}}]"), refused()).ended_at == pytest.approx(360.1)


def test_a_batch_around_it_does_not_change_it() -> None:
    assert serve(tree(f"batch: {{{HELP}}}")).ended_at == 360.0


def test_price_and_time_have_to_be_said() -> None:
    with pytest.raises(ValidationError, match=r"(?s)human.cost.*Field required.*human.takes"):
        tree("human: {who: support}")
    assert tree("human: {cost: 3, takes: 1m}").form() == {"cost": str(Decimal(3)), "takes": "60.0s"}
