"""report.md."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.reports.markdown import MARKER, code, plain, render
from simulator.summary import Summary


def test_it_begins_with_the_marker_and_the_verdict(launch: Summary) -> None:
    lines = render(launch).splitlines()
    assert lines[0] == MARKER
    assert lines[2] == "## FAILS: support-chat"


def test_every_row_of_a_table_has_as_many_cells_as_its_heading(summary: Summary) -> None:
    wide: int | None = None
    for line in render(summary).splitlines():
        if not line.startswith("| "):
            wide = None
            continue
        cells = line.replace("\\|", "").count("|")
        assert wide in (None, cells)
        wide = cells


def test_it_fits_into_a_ci_summary(summary: Summary) -> None:
    assert len(render(summary).encode()) < 60_000


def test_an_invalid_run_is_marked(invalid: Summary) -> None:
    assert "> **Run CLIENT-LIMITED: latency is not judged, cost still is." in render(invalid)


def test_no_data_is_never_a_pass(invalid: Summary) -> None:
    row = next(line for line in render(invalid).splitlines() if line.startswith("| p(95) response"))
    assert row.count("? no data") == 3
    assert "✓" not in row


@given(st.text())
def test_text_stays_text(text: str) -> None:
    shown = plain(text)
    assert "<" not in shown
    assert "\n" not in shown
    assert "|" not in shown.replace("\\|", "")
    assert "@" not in shown


@given(st.text(min_size=1))
def test_a_span_of_code_is_closed_by_its_own_fence(text: str) -> None:
    span = code(text)
    fence = span[: len(span) - len(span.lstrip("`"))]
    assert fence
    assert fence not in span[len(fence) : -len(fence)]
