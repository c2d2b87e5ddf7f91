import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import draws
from simulator.strategies.keys import continued, folded, uniforms

texts = st.lists(st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=12), min_size=1, max_size=8)


@given(texts, st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=6))
def test_a_column_of_keys_is_folded_as_one_by_one(keys: list[str], suffix: str) -> None:
    assert folded(keys).tolist() == [draws.fold(key) for key in keys]
    assert continued(folded(keys), suffix).tolist() == [draws.fold(key + suffix) for key in keys]


@given(texts, st.integers(0, 2**64), st.integers(0, 100))
def test_a_column_of_draws_is_drawn_as_one_by_one(keys: list[str], seed: int, number: int) -> None:
    drawn = uniforms(seed, "a.split", folded(keys), number)
    assert drawn.tolist() == [draws.uniform(seed, "a.split", key, number) for key in keys]


def test_draws_are_spread() -> None:
    drawn = uniforms(1, "x", folded([f"r{n}" for n in range(100_000)]))
    assert drawn.mean() == pytest.approx(0.5, abs=0.005)
    assert np.histogram(drawn, 10, (0, 1))[0].min() > 9_500
