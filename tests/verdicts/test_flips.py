import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.verdicts.flips import Flip, Parts, flips, formula

shares = st.floats(0.01, 0.9)


def _saving(share: float, ratio: float, overhead: float, waste: float) -> float:
    """S = w(1 − m·r) − k − e, the form in which routing savings are usually argued."""
    return share * (1 - ratio) - overhead - waste


@given(share=shares, ratio=st.floats(0.01, 0.9), overhead=st.floats(0, 0.1), waste=st.floats(0, 0.1), target=shares)
def test_every_input_moved_to_its_flip_meets_the_target(
    share: float, ratio: float, overhead: float, waste: float, target: float
) -> None:
    parts = Parts(share * (1 - ratio), 0.0, 0.0, overhead, waste, request_share=None, cost_share=share)
    found = {flip.input.split()[0]: flip.needed for flip in flips(parts, target)}
    if (needed := found["share"]) is not None:
        assert _saving(needed, ratio, overhead, waste) == pytest.approx(target)
    if (needed := found["cost"]) is not None:
        assert _saving(share, needed, overhead, waste) == pytest.approx(target)
    if (needed := found["overhead"]) is not None:
        assert _saving(share, ratio, needed, waste) == pytest.approx(target)
    if (needed := found["moved"]) is not None:  # as waste, each costs the baseline's answer once more: w·e
        assert _saving(share, ratio, overhead, waste) - share * needed == pytest.approx(target)
    if (needed := found["waste"]) is not None:
        assert _saving(share, ratio, overhead, needed) == pytest.approx(target)


def test_the_nearest_input_comes_first_and_the_impossible_last() -> None:
    # S = 0.5 · 0.8 − 0.02 = 0.38 against 0.39: w 0.5125 (+3 %), ratio 0.18 (−10 %), overhead 0.01 (−50 %), waste none.
    found = flips(Parts(0.4, 0.0, 0.0, 0.02, 0.0, request_share=0.6, cost_share=0.5), 0.39)
    needed = [flip.needed for flip in found]
    assert needed == [pytest.approx(0.5125), pytest.approx(0.18), pytest.approx(0.01), None, None]
    assert found[0] == Flip(
        input="share of the baseline's bill that moves",
        measured=0.5,
        needed=found[0].needed,
        says="share of the baseline's bill that moves: 50 % measured, turns at 51.2 %",
    )
    assert found[-1].says.endswith("alone it cannot")


def test_where_nothing_moved_nothing_can_be_said_of_the_ratio() -> None:
    found = flips(Parts(0.0, 0.0, 0.0, 0.02, 0.0, request_share=0.0, cost_share=0.0), 0.6)
    assert {flip.needed for flip in found} == {None}


def test_the_formula_holds_the_numbers_that_make_it() -> None:
    # w = 64 % of the bill at a tenth of its price: 57.6 %, less 2 % for labels; answers that got longer cost 1 %.
    parts = Parts(0.576, -0.01, 0.0, 0.02, 0.005, request_share=0.7, cost_share=0.64)
    assert formula(parts) == (
        "54.1 % = 64 % of the bill × (1 − 10 % of its price) − 1 % other usage − 2 % overhead − 0.5 % waste"
    )
