"""Break-even formulas of routing, as the general flips give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.verdicts.flips import Parts, flips

ratios = st.floats(0.02, 0.8)


def _needed(parts: Parts, word: str) -> float | None:
    return next(flip.needed for flip in flips(parts, 0.0) if flip.input.startswith(word))


@given(ratio=ratios, overhead=st.floats(0.001, 0.1), share=st.floats(0.3, 1))
def test_a_router_pays_once_the_share_it_moves_is_overhead_over_saving(
    ratio: float, overhead: float, share: float
) -> None:
    parts = Parts(share * (1 - ratio), 0.0, 0.0, overhead, 0.0, request_share=None, cost_share=share)
    if overhead / (1 - ratio) <= 1:
        assert _needed(parts, "share") == pytest.approx(overhead / (1 - ratio))


@given(ratio=ratios, check=st.floats(0, 0.1), escalated=st.floats(0.01, 0.9))
def test_a_cascade_breaks_even_where_waste_is_what_it_saves_else(ratio: float, check: float, escalated: float) -> None:
    # Accepted answers cost r; escalated ones pay the small answer (waste) and the big one: S = 1 − r − v − e.
    parts = Parts((1 - escalated) * (1 - ratio), 0.0, 0.0, check, escalated * ratio, None, cost_share=1 - escalated)
    saving = parts.moved - parts.overhead - parts.waste
    assert saving == pytest.approx(1 - ratio - check - escalated)
    needed = _needed(parts, "waste")
    assert needed == pytest.approx(parts.waste + saving) if saving >= -parts.waste else needed is None


@given(ratio=ratios, overhead=st.floats(0, 0.1), share=st.floats(0.3, 1))
def test_a_router_pays_until_its_savings_are_answered_again(ratio: float, overhead: float, share: float) -> None:
    # S(e) = w(1 − r) − k − w·e = 0 at e* = 1 − r − k/w.
    parts = Parts(share * (1 - ratio), 0.0, 0.0, overhead, 0.0, request_share=None, cost_share=share)
    expected = 1 - ratio - overhead / share
    assert _needed(parts, "moved") == (pytest.approx(expected) if expected >= 0 else None)


def test_classifiers_of_the_common_mixes() -> None:
    # gpt-4o → mini, 250-token rubric: the small share that pays is 2.9 % on chat and 15 % on short prompts.
    for prompt, answer, expected in ((500, 300, 0.029), (60, 20, 0.15)):
        big, small = 2.5 * prompt + 10 * answer, 0.15 * prompt + 0.6 * answer
        label = 0.15 * (250 + prompt) + 0.6 * 5
        parts = Parts(0.5 * (1 - small / big), 0.0, 0.0, label / big, 0.0, request_share=0.5, cost_share=0.5)
        assert _needed(parts, "share") == pytest.approx(expected, abs=0.0006)
