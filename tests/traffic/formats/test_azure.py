"""Azure 2023 and 2024: real files, and the traps of real files."""

import gzip

import pytest

from simulator.errors import BadInput, InvalidFile
from simulator.traffic import formats
from simulator.traffic.trace import Trace

HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens"


def read(tmp_path, *lines, newline="\n"):
    path = tmp_path / "azure.csv"
    path.write_bytes(newline.join([HEAD, *lines]).encode("latin-1"))
    return formats.read(path)


def test_seven_digits_of_fraction_are_kept_with_crlf_and_no_last_newline(tmp_path):
    found = read(tmp_path, "2023-11-16 18:15:46.6805900,374,44", "2023-11-16 18:15:50.9951691,396,109", newline="\r\n")
    assert found.report.format == "azure"
    assert [(r.at, r.input_tokens, r.output_tokens, r.source_row) for r in found.trace.requests()] == [
        (0.0, 374, 44, 2),
        (4.3145791, 396, 109, 3),
    ]


def test_2024_mixes_fractions_and_whole_seconds_with_a_zone(tmp_path):
    found = read(
        tmp_path,
        "2024-05-12 00:00:00.001163+00:00,10,1",
        "2024-05-12 00:00:01+00:00,20,2",
        "2024-05-12 02:00:02+02:00,30,3",
    )
    assert [r.at for r in found.trace.requests()] == [0.0, 0.998837, 1.998837]


def test_a_time_without_a_zone_among_others_is_read_as_utc_and_told(tmp_path):
    found = read(tmp_path, "2024-05-12 02:00:00+02:00,10,1", "2024-05-12 00:00:01,20,2", "2024-05-12 00:00:02Z,30,3")
    assert [r.at for r in found.trace.requests()] == [0.0, 1.0, 2.0]
    assert found.report.lines == {"no time zone where others name one: read as UTC": [3]}


def test_messy_rows_are_counted_with_their_lines(tmp_path):
    found = read(
        tmp_path,
        "2023-11-16 18:00:02.0,10,5",
        "2023-11-16 18:00:01.0,20,0",  # out of order, no answer
        "yesterday,10,5",
        "2023-11-16 18:00:03.0,0,5",
        "2023-11-16 18:00:04.0,-3,5",
        "2023-11-16 18:00:05.0,10",  # a field is missing
        "2023-11-16 18:00:06.0,1\xff,5",  # not UTF-8
        "2023-11-16 18:00:07.0,,5",
        "",  # blank
        "2023-11-16 18:00:08.0,40,7",
    )
    report = found.report
    assert report.lines == {
        "not as many fields as the header": [7],
        "not UTF-8": [8],
        "no time": [4, 10],
        "no input tokens": [5, 6, 9],
        "no answer length: planned as the median, 6 tokens": [3],
        "earlier than the row before it: sorted by time": [3],
    }
    assert (report.read, report.kept, len(found.trace)) == (10, 3, 3)
    assert [(r.at, r.output_tokens, r.source_row) for r in found.trace.requests()] == [
        (0.0, 6, 3),
        (1.0, 5, 2),
        (7.0, 7, 11),
    ]
    assert "dropped 3: no input tokens (line 5, 6, 9)" in report.text()


def test_a_file_without_a_usable_row_is_refused(tmp_path):
    with pytest.raises(InvalidFile, match="no row that can be replayed"):
        read(tmp_path, "2023-11-16 18:00:02.0,0,5")


def test_gzip_is_read_as_it_is(tmp_path):
    path = tmp_path / "azure.csv.gz"
    path.write_bytes(gzip.compress(f"{HEAD}\n2023-11-16 18:00:02.0,10,5\n".encode()))
    assert len(formats.read(path).trace) == 1


def test_converted_and_read_again_is_the_same_table(tmp_path):
    trace = read(tmp_path, "2023-11-16 18:00:02.0,10,5", "2023-11-16 18:00:02.5,10,5").trace
    trace.write(tmp_path / "trace.parquet")
    again = formats.read(tmp_path / "trace.parquet")
    assert again.report.format == "tenfold"
    assert again.trace.digest() == trace.digest() == Trace.read(tmp_path / "trace.parquet").digest()


def test_an_unknown_file_is_refused_with_the_formats(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("hello")
    with pytest.raises(
        InvalidFile, match=r"fits no known format; name one with --format \(answers.*or say which column"
    ):
        formats.read(path)
    with pytest.raises(BadInput, match="'azur' is not a format"):
        formats.read(path, form="azur")
    with pytest.raises(InvalidFile, match="no such file"):
        formats.read(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "rows", "last", "tokens"),
    [("code", 8819, 3435.948056, 18_059_974), ("conv", 19366, 3501.721937, 22_361_870)],
)
def test_the_real_traces_of_2023(real_data, name, rows, last, tokens):
    found = formats.read(real_data / "traces" / "azure2023" / f"AzureLLMInferenceTrace_{name}.csv")
    table = found.trace.table
    assert (found.report.kept, found.report.dropped, found.report.repaired) == (rows, {}, {})
    assert table.column("at")[-1].as_py() == pytest.approx(last, abs=1e-6)
    assert sum(table.column("input_tokens").to_pylist()) == tokens
