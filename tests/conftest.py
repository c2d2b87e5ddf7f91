"""Shared by all tests: property tests without deadlines, and the data that only some machines have."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("tenfold", deadline=None, max_examples=60)
settings.load_profile("tenfold")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real traces and results of others; they never enter the repository."""
    folder = os.environ.get("TENFOLD_DATA")
    if not folder:
        pytest.skip("TENFOLD_DATA is not set: the real traces are not on this machine")
    return Path(folder)
