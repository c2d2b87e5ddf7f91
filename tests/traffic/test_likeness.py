"""Comparing traces: like to itself, unlike to another."""

import pytest

from simulator.traffic.generate import generate
from simulator.traffic.likeness import compare
from simulator.traffic.multiply import multiply
from tests.traffic.plans import chat


def test_a_trace_is_like_itself(trace):
    found = compare(trace, trace)
    assert found.alike
    assert {line.distance for line in found.lines} == {0, None}  # one minute alone has no dispersion at 60 s


def test_longer_answers_are_seen(trace):
    other = generate(chat(output_tokens=200), span_s=60, seed=1)
    far = {(line.name, line.measure) for line in compare(trace, other).lines if not line.near}
    assert {("output_tokens", "KS"), ("output_tokens", "W1 ÷ mean")} <= far
    assert ("multi-turn sessions", "difference") not in far


def test_a_faster_clock_is_seen(trace):
    squeezed = multiply(multiply(trace, 4, meaning="clone", seed=1), 1.5, meaning="compress", seed=1)
    assert not compare(trace, squeezed).alike


def test_what_neither_trace_knows_is_no_difference():
    """20 s have no full minute: no peak, no dispersion at 60 s."""
    short = generate(chat(), span_s=20, seed=1)
    line = next(one for one in compare(short, short).lines if one.name == "dispersion 60s")
    assert (line.a, line.distance, line.near) == (None, None, True)


def test_short_traces_say_what_chance_alone_does(trace):
    found = compare(trace, trace)
    assert found.chance_ks == pytest.approx(1.36 * (2 / len(trace)) ** 0.5)
    assert found.model_dump()["alike"] is True
