from tests.strategies.scripted import serve, tree

LONG = """
route:
  branches:
    - {when: input_tokens > 2k and journey = question, use: big}
    - {when: turn >= 3, use: middle}
  otherwise: small
"""


def test_the_first_rule_that_fits_decides_and_costs_no_call() -> None:
    node = tree(LONG)
    assert serve(node, "done", input_tokens=2001).reply.ask.node == "a.route.0.call"
    assert serve(node, "done", input_tokens=2000).reply.ask.model == "small"
    assert serve(node, "done", input_tokens=9000, turn=3).reply.ask.model == "big"
    assert serve(node, "done", turn=3).reply.ask.node == "a.route.1.call"
