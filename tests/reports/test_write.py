"""All reports of a run at once."""

from pathlib import Path

from simulator.reports.write import report_paths, write_reports
from simulator.summary import Summary


def test_what_is_said_to_be_written_is_written_and_the_page_named_first(interrupted: Summary, tmp_path: Path) -> None:
    names = write_reports(interrupted, tmp_path)
    assert sorted(names) == sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert report_paths(tmp_path)[0].endswith("report.html")


def test_reports_are_rebuilt_byte_for_byte_from_summary_json(launch: Summary, tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    for folder in (first, again):
        folder.mkdir()
    names = write_reports(launch, first)
    write_reports(Summary.read(first / "summary.json"), again)
    assert [name for name in names if (first / name).read_bytes() != (again / name).read_bytes()] == []
