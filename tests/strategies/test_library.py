from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.strategies.library import Library

SHIPPED = Path(__file__).parents[2] / "scenarios/strategies"


def test_a_file_of_its_own_is_composed_and_bound() -> None:
    library = Library.load(SHIPPED / "canary.yaml")
    assert set(library.strategies) == {"canary", "routed"}
    assert library.strategies["canary"].models() == {"gpt-4o", "gpt-4o-mini"}
    assert library.notes == []


def test_a_file_that_is_none_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("strategy: big\n")
    with pytest.raises(InvalidFile, match="strategies: is missing"):
        Library.load(path)
