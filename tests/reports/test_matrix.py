"""A model matrix in the reports: told apart, billed, and in no comparison."""

from pathlib import Path

import openpyxl
import pytest

from simulator.reports import html, markdown, terminal
from simulator.reports.workbook import write
from simulator.summary import Summary
from tests.reports.conftest import cost, rung, whole


@pytest.fixture(scope="module")
def sampled() -> Summary:
    only = {"strategy": "only-small"}
    costs = [*whole().costs, cost("single", 1.0).model_copy(update=only)]
    return whole(matrix=[rung("single", 1.0).model_copy(update=only)], costs=costs)


def test_a_matrix_has_a_table_of_its_own_and_a_line_of_the_bill(sampled: Summary) -> None:
    shown = terminal.render(sampled, width=200)
    assert "MODEL MATRIX, NOT PART OF THE LAUNCH" in shown
    assert shown.count("only-small (matrix)") == 2
    assert "Model matrix, not part of the launch" in html.render(sampled, charts=[])
    assert "only-small (matrix)" in markdown.render(sampled)  # what the test cost
    assert "MATRIX" not in terminal.render(whole())


def test_the_workbook_divides_its_cost_by_what_it_answered(sampled: Summary, tmp_path: Path) -> None:
    write(sampled, tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["Bill"]
    (row,) = (row for row in sheet.iter_rows(max_row=20, values_only=True) if row[1] == "only-small" and row[5])
    (only,) = sampled.matrix
    assert row[5] == only.settled["answered"]
