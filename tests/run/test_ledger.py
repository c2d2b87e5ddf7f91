"""The ledger: equal rows are equal bytes, and what a killed run had written is kept."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.calls import CALLS, REQUESTS
from simulator.errors import InvalidFile
from simulator.run.ledger import Ledger
from tests.run.hand import asked, tables

ROWS = [asked(f"s{n}", n / 10, attempts=1 + n % 2) for n in range(20)]


def bytes_of(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(directory.glob("*.parquet"))]


def stream(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=5):
            writer.write_batch(batch)


def test_rows_recorded_in_any_order_become_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    Ledger.of(*tables(ROWS)).write(tmp_path / "one")
    Ledger.of(*tables(ROWS[::-1])).write(tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_a_run_of_an_earlier_version_knows_nothing_of_what_was_added_since() -> None:
    calls, requests = tables(ROWS)
    assert Ledger.of(calls.drop_columns(["valid"]), requests).calls["valid"].null_count == len(calls)
    with pytest.raises(InvalidFile, match="rows without usage_source"):
        Ledger.of(calls.drop_columns(["valid", "usage_source"]), requests)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    ledger = Ledger.of(*tables(ROWS))
    ledger.write(tmp_path)
    assert Ledger.read(tmp_path) == ledger
    assert (ledger.calls.schema, ledger.requests.schema) == (CALLS, REQUESTS)


def test_a_stream_that_was_cut_off_keeps_its_whole_batches(tmp_path: Path) -> None:
    calls, requests = tables(ROWS)
    stream(tmp_path / "calls.arrows", calls)
    stream(tmp_path / "requests.arrows", requests)
    (tmp_path / "replay.json").write_text("{}")
    whole = Ledger.recorded(tmp_path)
    path = tmp_path / "calls.arrows"
    path.write_bytes(path.read_bytes()[:-2000])
    cut = Ledger.recorded(tmp_path)
    assert len(whole.calls) == len(calls)
    assert 0 < len(cut.calls) < len(calls)
    assert len(cut.calls) % 5 == 0


def test_a_run_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"calls\.parquet: no such file"):
        Ledger.read(tmp_path)


def test_a_file_that_is_no_parquet_says_so(tmp_path: Path) -> None:
    (tmp_path / "calls.parquet").write_text("hello")
    with pytest.raises(InvalidFile, match="not readable as parquet"):
        Ledger.read(tmp_path)


def test_rows_of_another_version_name_what_they_lack(tmp_path: Path) -> None:
    calls, requests = tables(ROWS)
    pq.write_table(calls.drop_columns(["outcome"]), tmp_path / "calls.parquet")
    pq.write_table(requests, tmp_path / "requests.parquet")
    with pytest.raises(InvalidFile, match="rows without outcome: written by another version"):
        Ledger.read(tmp_path)


def test_a_file_with_another_column_is_named(tmp_path: Path) -> None:
    calls, requests = tables(ROWS)
    Ledger.of(calls, requests).write(tmp_path)
    place = calls.schema.get_field_index("sent_at")
    pq.write_table(calls.set_column(place, "sent_at", pa.array(["x"] * len(calls))), tmp_path / "calls.parquet")
    with pytest.raises(InvalidFile, match=r"calls\.parquet: sent_at must be double, is string"):
        Ledger.read(tmp_path)
