"""Parquet by path: what a path looks like says nothing about where it is."""

from pathlib import Path

import pyarrow as pa
import pytest

from simulator import parquet
from simulator.errors import InvalidFile

TABLE = pa.table({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize("name", ["launch:v2", "file:", "s3:", "results 10:00"])
def test_a_folder_that_looks_like_a_uri_is_a_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run into `launch:v2` ended in a crash when its trace was written."""
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir()
    path = Path(name, "rows.parquet")
    parquet.write(TABLE, path)
    assert parquet.read(path, columns=["b"]).to_pydict() == {"b": ["x", "y"]}
    assert [len(batch) for batch in parquet.batches(path, rows=1)] == [1, 1]


def test_what_is_no_parquet_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1 or not")
    with pytest.raises(InvalidFile, match=r"rows\.parquet: not readable as parquet"):
        parquet.read(path)
    with pytest.raises(InvalidFile, match=r"rows\.parquet: not readable as parquet"):
        list(parquet.batches(path, rows=1))


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (pa.field("b", pa.float64()), "rows: b must be double, is string"),
        (pa.field("c", pa.string(), nullable=False), "rows: c is null in 2 of 2 rows"),
    ],
)
def test_a_column_that_is_another_is_named(field: pa.Field, problem: str) -> None:
    table = TABLE.append_column("c", pa.nulls(2, pa.string()))
    with pytest.raises(InvalidFile, match=problem):
        parquet.fitted(table, pa.schema([field]), name="rows")
