"""report.xlsx: what is stored, what a spreadsheet program calculates, and that both are what the run says."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from simulator.reports.workbook import write
from simulator.spend.contracted import billed
from simulator.summary import Summary

SHEETS = ["Overview", "Assumptions", "Prices", "Bill", "Projection", "Bands", "Strategies", "Checks", "Evidence"]
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""
"""LibreOffice trusts stored values unless told otherwise: without this the test would prove nothing."""


def rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path, data_only=True)
    return list(book[sheet].iter_rows(values_only=True))


def formulas(path: Path) -> dict[tuple[str, str], tuple[str, Any]]:
    """Every formula with its stored value, by sheet and cell."""
    live, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): (cell.value, stored[sheet.title][cell.coordinate].value)
        for sheet in live
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """The same workbook after a spreadsheet program calculated every cell anew, in a folder beside it."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")

    settings = tmp_path_factory.mktemp("settings") / "user"  # its first start fills it, which takes longest
    settings.mkdir()
    (settings / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    profile = f"-env:UserInstallation={settings.parent.as_uri()}"

    def again(path: Path) -> Path:
        out = path.parent / "calculated"
        command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return out / path.name

    return again


def turned(path: Path, out: Path, *, name: str, value: str) -> Path:
    """The workbook with one named input of Assumptions changed, as a reviewer would, and nothing calculated."""
    cell = openpyxl.load_workbook(path).defined_names[name].attr_text.partition("!")[2].replace("$", "")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == f"xl/worksheets/sheet{SHEETS.index('Assumptions') + 1}.xml":
                pattern = rf'(<c r="{cell}"[^>]*><v>)[^<]*(</v>)'.encode()
                text, count = re.subn(pattern, rb"\g<1>" + value.encode() + rb"\g<2>", text)
                assert count == 1
            new.writestr(name, text)
    return out


def test_sheets_stand_in_the_order_that_finance_reads(launch: Summary, tmp_path: Path) -> None:
    write(launch, tmp_path / "report.xlsx")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames == SHEETS


def test_the_same_summary_gives_the_same_bytes(launch: Summary, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(launch, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_as_delivered_all_checks_hold(summary: Summary, tmp_path: Path) -> None:
    write(summary, tmp_path / "report.xlsx")
    results = [row[5] for row in rows(tmp_path / "report.xlsx", "Checks")[5:]]
    assert set(results) == {"OK"}
    assert rows(tmp_path / "report.xlsx", "Checks")[3][1] == "OK"


def test_a_bill_that_does_not_add_up_is_seen(launch: Summary, tmp_path: Path) -> None:
    broken = launch.model_copy(update={"total_usd": launch.total_usd + 1})
    write(broken, tmp_path / "report.xlsx")
    checks = rows(tmp_path / "report.xlsx", "Checks")
    assert checks[3][1] == "DIFFERS"
    assert [row[5] for row in checks[5:]].count("DIFFERS") == 2


@pytest.mark.parametrize("name", ["contracted", "unpriced", "hostile"])
def test_a_spreadsheet_calculates_what_the_run_says(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, calculated: Callable[[Path], Path]
) -> None:
    path = tmp_path / "report.xlsx"
    write(request.getfixturevalue(name), path)
    delivered, anew = formulas(path), openpyxl.load_workbook(calculated(path), data_only=True)
    assert len(delivered) > 40
    for (sheet, cell), (formula, value) in delivered.items():
        found = anew[sheet][cell].value
        same = pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float | int) else value
        assert found == same, formula


def test_a_discount_moves_every_month_and_says_so(
    launch: Summary, tmp_path: Path, calculated: Callable[[Path], Path]
) -> None:
    write(launch, tmp_path / "report.xlsx")
    changed = turned(tmp_path / "report.xlsx", tmp_path / "turned.xlsx", name="discount", value="0.25")
    anew = calculated(changed)
    months = [row for row in rows(anew, "Projection") if isinstance(row[0], str) and row[0][:2] == "20"]
    for month, row in zip(launch.projection.months, months, strict=True):
        assert row[10] == pytest.approx(float(month.p50) * 0.75, rel=1e-5)
    assert sum(row[5] == "inputs turned" for row in rows(anew, "Checks")) == 1 + len(months)


def test_more_traffic_is_first_paid_by_the_minimum(
    contracted: Summary, tmp_path: Path, calculated: Callable[[Path], Path]
) -> None:
    """A month of 1× that lies below its minimum costs the same with a tenth more requests, up to the minimum."""
    write(contracted, tmp_path / "report.xlsx")
    changed = turned(tmp_path / "report.xlsx", tmp_path / "turned.xlsx", name="traffic_factor", value="1.1")
    anew = [row for row in rows(calculated(changed), "Projection") if isinstance(row[0], str) and row[0][:2] == "20"]
    for month, row in zip(contracted.projection.months, anew, strict=True):
        usage = month.per_request * month.requests * Decimal("1.1")
        assert row[10] == pytest.approx(float(billed(usage, month.contracts)), rel=1e-9)


def test_a_price_is_its_list_price_less_the_contract(contracted: Summary, tmp_path: Path) -> None:
    write(contracted, tmp_path / "report.xlsx")
    prices = [row for row in rows(tmp_path / "report.xlsx", "Prices") if row[1] == "input_tokens"]
    assert prices
    for row in prices:
        assert (row[3], row[4]) == (pytest.approx(0.1), pytest.approx(row[2] * 0.9))


def test_each_price_of_a_meter_has_the_day_of_its_own(launch: Summary, tmp_path: Path) -> None:
    """A tier's prices began on another day than the standard ones, and all of a meter showed the last one's."""
    tier = {"usd_per_million": Decimal(9), "list_usd_per_million": Decimal(9), "since": date(2026, 10, 14)}
    dearer = [one.model_copy(update=tier) if one.purpose == "classify" else one for one in launch.items]
    write(launch.model_copy(update={"items": dearer}), tmp_path / "report.xlsx")
    said = rows(tmp_path / "report.xlsx", "Prices")
    days = {row[2]: row[5] for row in said if row[:2] == ("gpt-4o-mini", "input_tokens")}
    assert days == {9: "2026-10-14", 0.15: "unknown"}


def test_more_traffic_passes_the_budget(launch: Summary, tmp_path: Path, calculated: Callable[[Path], Path]) -> None:
    write(launch, tmp_path / "report.xlsx")
    anew = calculated(turned(tmp_path / "report.xlsx", tmp_path / "turned.xlsx", name="traffic_factor", value="1.5"))
    single = next(row for row in rows(anew, "Projection") if row[0] == "2026-12" and row[2] == "single")
    assert single[12] == "over"


def test_unknown_money_is_a_word(unpriced: Summary, tmp_path: Path) -> None:
    write(unpriced, tmp_path / "report.xlsx")
    row = next(row for row in rows(tmp_path / "report.xlsx", "Bill") if row[1] == "single" and row[0] == 1)
    assert (row[3], row[4], row[6]) == ("unknown", "unknown", "unknown")


def test_without_lines_the_bill_is_values(launch: Summary, tmp_path: Path) -> None:
    write(launch.model_copy(update={"items": []}), tmp_path / "report.xlsx")
    first = next(row for row in rows(tmp_path / "report.xlsx", "Bill") if row[0] == 1)
    assert Decimal(str(first[4])) == launch.costs[0].total
    assert rows(tmp_path / "report.xlsx", "Checks")[3][1] == "OK"


def test_text_is_never_a_formula(hostile: Summary, tmp_path: Path) -> None:
    write(hostile, tmp_path / "report.xlsx")
    assert not [text for text, _ in formulas(tmp_path / "report.xlsx").values() if "script" in text]


def test_an_invalid_run_is_marked_on_the_first_sheet(invalid: Summary, tmp_path: Path) -> None:
    write(invalid, tmp_path / "report.xlsx")
    texts = [row[0] for row in rows(tmp_path / "report.xlsx", "Overview")[:6]]
    assert texts[0] == "RUN NOT VALID (CLIENT-LIMITED): support-chat"
    assert any(text and "latency is not judged" in text for text in texts)


def test_a_head_stands_where_its_figures_stand_and_says_what_other_reports_say(launch: Summary, tmp_path: Path) -> None:
    write(launch, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx", data_only=True)
    heads = {cell.value: cell.alignment.horizontal for cell in book["Projection"][6]}
    assert (heads["P50"], heads["planned requests"]) == ("right", "right")
    assert (heads["strategy"], heads["note"]) == ("left", "left")
    assert {"within", "at risk", "over"} == {row[12] for row in rows(tmp_path / "report.xlsx", "Projection")[6:]}
