from simulator.strategies.effects import Ask
from tests.strategies.scripted import sent, serve, tree


def test_a_bare_name_asks_that_model_once() -> None:
    served = serve(tree("gpt-4o"), "done")
    assert sent(served) == [("gpt-4o", "answer", 0, 1)]
    assert served.reply.text == "done"


def test_options_travel_with_the_ask() -> None:
    served = serve(tree("call: {model: m, provider: azure, tier: flex, timeout: 20s, first_token_timeout: 2s}"), "done")
    expected = Ask("m", "a.call", tier="flex", provider="azure", total_timeout_s=20.0, first_token_timeout_s=2.0)
    assert served.reply.ask == expected
