"""The notebooks run on the committed sample, and show what they show there."""

from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT
from tests.notebooks import execute


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the notebook machinery, not ours
@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_comes_out_as_committed(path: Path) -> None:
    committed, fresh = nbformat.read(path, as_version=4), execute(path)
    assert [_outputs(cell) for cell in fresh.cells] == [_outputs(cell) for cell in committed.cells]


def _outputs(cell: nbformat.NotebookNode) -> list[object]:
    return [output.get("text") or output.get("data") for output in cell.get("outputs", [])]
