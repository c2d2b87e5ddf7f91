"""Execute the notebooks in place: `python -m tests.notebooks`. Outputs are committed."""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]


def execute(path: Path) -> nbformat.NotebookNode:
    """Run a notebook from its own folder and return it with its outputs, stripped of times and kernel details."""
    os.environ.setdefault("MPLBACKEND", "agg")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def main() -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        nbformat.write(execute(path), path)
        print(f"executed {path.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
