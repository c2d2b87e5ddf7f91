"""A trace that several tests share."""

import pytest

from simulator.traffic.generate import generate
from tests.traffic.plans import chat


@pytest.fixture(scope="session")
def trace():
    return generate(chat(), span_s=60, seed=1)
