"""A trace that several tests share, and the real data where it is there."""

import os
from pathlib import Path

import pytest

from simulator.traffic.generate import generate
from tests.traffic.plans import chat


@pytest.fixture(scope="session")
def trace():
    return generate(chat(), span_s=60, seed=1)


@pytest.fixture(scope="session")
def data():
    """The folder of public traces; tests that need it are skipped without it."""
    if "TENFOLD_DATA" not in os.environ:
        pytest.skip("TENFOLD_DATA is not set: no public traces on this machine")
    return Path(os.environ["TENFOLD_DATA"]) / "traces"
