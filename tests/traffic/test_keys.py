"""The array twins give what `simulator.draws` gives, bit for bit."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import draws
from simulator.traffic import blocks, keys


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_fold_is_fold(texts):
    assert keys.fold(pa.array(texts, pa.string())).tolist() == [draws.fold(text) for text in texts]


def test_fold_of_a_slice_reads_the_slice():
    assert keys.fold(pa.array(["a", "bc", "d"])[1:]).tolist() == [draws.fold("bc"), draws.fold("d")]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8), st.text(max_size=6))
def test_a_fold_can_be_continued(texts, suffix):
    longer = keys.continued(keys.fold(pa.array(texts, pa.string())), suffix)
    assert longer.tolist() == [draws.fold(text + suffix) for text in texts]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_mix_is_mix(values):
    assert keys.mix(np.array(values, dtype=np.uint64)).tolist() == [draws.mix(value) for value in values]


@given(st.integers(-(2**63), 2**63), st.text(max_size=5), st.text(max_size=5), st.integers(0, 100))
def test_uniform_is_uniform(seed, path, key, number):
    folded = keys.fold(pa.array([key], pa.string()))
    assert keys.uniform(folded, seed=seed, path=path, number=number).tolist() == [
        draws.uniform(seed, path, key, number)
    ]


@given(st.integers(-(2**63), 2**63), st.lists(st.text(max_size=5), min_size=1, max_size=8))
def test_normal_is_normal(seed, texts):
    drawn = keys.normal(keys.fold(pa.array(texts, pa.string())), seed=seed, path="a.score")
    assert drawn.tolist() == pytest.approx(
        [draws.normal(seed, "a.score", text) for text in texts], rel=1e-12, abs=1e-15
    )


def test_draws_are_spread():
    drawn = keys.uniform(keys.fold(pa.array([f"r{n}" for n in range(100_000)])), seed=1, path="x")
    assert drawn.mean() == pytest.approx(0.5, abs=0.005)
    assert np.histogram(drawn, 10, (0, 1))[0].min() > 9_500


def test_streams_of_other_names_differ():
    assert keys.stream(1, "a").random() != keys.stream(1, "b").random()


def test_block_ids_are_the_same_alone_and_in_an_array():
    index = np.arange(3)
    names = keys.fold(pa.array(["session:s7"] * 3))
    assert blocks.array(names, index).tolist() == [blocks.of_session("s7", i) for i in range(3)]


def test_a_clones_block_ids_are_the_originals_renamed():
    original = np.array([blocks.of_session("s7", i) for i in range(3)])
    assert blocks.renamed(original, "4").tolist() == [blocks.of_session("s7#4", i) for i in range(3)]
