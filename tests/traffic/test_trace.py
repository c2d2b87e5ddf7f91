"""trace.parquet: what is written is read, and the digest is of the content."""

import pyarrow as pa
import pytest

from simulator.errors import InvalidFile
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.traffic.trace import TRACE, Trace
from tests.traffic.plans import chat


def test_written_and_read_is_the_same(trace, tmp_path):
    trace.write(tmp_path / "trace.parquet")
    found = Trace.read(tmp_path / "trace.parquet")
    assert found.table.equals(trace.table)
    assert (found.span_s, found.digest()) == (trace.span_s, trace.digest())


def test_the_digest_does_not_see_chunks(trace):
    halves = pa.concat_tables([trace.table.slice(0, 10), trace.table.slice(10)])
    assert Trace(halves, trace.span_s).digest() == trace.digest()


@pytest.mark.parametrize("name", ["request_id", "at", "input_tokens", "prefix_hashes", "parts", "user"])
def test_the_digest_sees_every_column(trace, name):
    column = trace.table.column(name)
    changed = trace.table.set_column(
        TRACE.get_field_index(name), TRACE.field(name), column.take([*range(1, len(trace)), 0])
    )
    same = name == "user"  # null in all rows
    assert (Trace(changed, trace.span_s).digest() == trace.digest()) is same


def test_a_text_file_is_not_a_trace(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_text("no")
    with pytest.raises(InvalidFile, match=r"not readable as parquet: .*; "):
        Trace.read(path)


def test_sessions_come_by_their_start_whatever_the_order_of_the_rows():
    tenfold = multiply(generate(chat(), span_s=60, seed=1), 3, seed=1)
    starts = [session[0].at for session in tenfold.sessions()]
    assert len(starts) == len(set(tenfold.table.column("session_id").to_pylist()))
    assert starts == sorted(starts)


def test_the_clock_adds_think_times(trace):
    due = dict(zip(trace.table.column("request_id").to_pylist(), trace.clock().tolist(), strict=True))
    session = max(trace.sessions(), key=len)
    expected = session[0].at
    for turn in session:
        expected += turn.think_s
        assert due[turn.request_id] == pytest.approx(expected)
