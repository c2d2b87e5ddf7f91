"""A trace is written as its name says, or not at all."""

import pytest

from simulator.errors import BadInput, Precondition
from simulator.traffic.reading import read
from simulator.traffic.writing import write


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl", "t.jsonl.gz"])
def test_every_kind_is_read_back(trace, tmp_path, name):
    write(trace, tmp_path / name)
    found = read(tmp_path / name).trace
    assert found.table.column("input_tokens").to_pylist() == trace.table.column("input_tokens").to_pylist()
    assert (found.digest() == trace.digest()) == (name == "t.parquet")


def test_another_name_is_refused(trace, tmp_path):
    with pytest.raises(BadInput, match=r"t\.csv: is no name for a trace; write \.parquet, \.jsonl, \.jsonl\.gz"):
        write(trace, tmp_path / "t.csv")


def test_a_folder_that_is_not_there_is_told(trace, tmp_path):
    for name in ("t.parquet", "t.jsonl"):
        with pytest.raises(Precondition, match="cannot be written: No such file or directory"):
            write(trace, tmp_path / "gone" / name)
