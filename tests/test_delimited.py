"""CSV of other people's making."""

from io import StringIO

import pytest

from simulator import delimited
from simulator.errors import InvalidFile


def test_a_prompt_of_any_length_is_a_field() -> None:
    prompt = "x" * 200_000
    assert list(delimited.fields(StringIO(f"a,{prompt}\n"))) == [(1, ["a", prompt])]
    assert list(delimited.rows(StringIO(f"prompt\n{prompt}\n"), name="log.csv")) == [(2, {"prompt": prompt})]


def test_a_line_that_is_no_csv_costs_itself_only() -> None:
    broken = ["a;b\n", "1;\r2\n", "3;4\n"]
    assert list(delimited.fields(broken, delimiter=";")) == [(1, ["a", "b"]), (2, None), (3, ["3", "4"])]


def test_a_line_that_is_no_csv_is_named() -> None:
    with pytest.raises(InvalidFile, match=r"bill\.csv:2:1: not readable as CSV"):
        list(delimited.rows(["a,b\n", "1,\r2\n"], name="bill.csv"))
