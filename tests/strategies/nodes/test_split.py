from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.strategies.nodes.split import Split
from tests.strategies.scripted import REQUEST, serve, tree

CANARY = "split: {parts: {stable: {share: 90%, of: big}, canary: {share: 10%, of: small}}, by: session}"


def test_shares_hold_in_the_long_run() -> None:
    node = tree(CANARY)
    requests = [replace(REQUEST, request_id=f"r{n}", session_id=f"s{n}") for n in range(2000)]
    served = Counter(serve(node, "done", request=one).reply.ask.model for one in requests)
    assert 160 <= served["small"] <= 240


def test_a_session_stays_together() -> None:
    node = tree(CANARY)
    for session in range(50):
        turns = [replace(REQUEST, request_id=f"{session}-{n}", session_id=f"s{session}", turn=n + 1) for n in range(4)]
        assert len({serve(node, "done", request=one).reply.ask.node for one in turns}) == 1


def test_a_user_stays_together_and_without_a_user_the_session_does() -> None:
    node = tree("split: {parts: {a: {share: 0.5, of: big}, b: {share: 0.5, of: small}}, by: user}")
    for user in ("u1", None):
        turns = [replace(REQUEST, request_id=f"r{n}", user=user) for n in range(20)]
        assert len({serve(node, "done", request=one).reply.ask.model for one in turns}) == 1


@given(draw=st.floats(0, 1, exclude_max=True), first=st.integers(0, 100))
def test_every_draw_has_a_part_and_a_share_of_nothing_gets_none(draw: float, first: int) -> None:
    node = tree(f"split: {{parts: {{a: {{share: {first}%, of: x}}, b: {{share: {100 - first}%, of: y}}}}}}")
    assert isinstance(node, Split)
    chosen = node.choose(draw).models()
    assert chosen == {"x"} if first == 100 else chosen == {"y"} if first == 0 else chosen in ({"x"}, {"y"})


def test_shares_that_do_not_sum_are_refused() -> None:
    with pytest.raises(ValueError, match="the shares must sum to 100%, got 90%"):
        tree("split: {parts: {a: {share: 50%, of: x}, b: {share: 40%, of: y}}}")
