"""`bill` in its three forms: what has no price is said in each, and `--strict` holds for each."""

import json
from pathlib import Path

import pytest

from simulator.cli.money import bill, project
from simulator.errors import BadInput
from tests.derive import rehearsed

USAGE = {"input_tokens": 1000, "output_tokens": 100}
ROWS = (
    {"at": "2026-11-20", "model": "gpt-4o", "usage": USAGE},
    {"at": "2026-11-20", "model": "nobody-9", "usage": USAGE},
    {"model": "gpt-4o", "usage": USAGE},
)
COSTS = {
    "object": "page",
    "data": [
        {
            "start_time": 1793491200,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": 0.01, "currency": "usd"},
                    "line_item": "gpt-4o-2024-08-06, input",
                }
            ],
        }
    ],
}


def test_an_empty_log_is_no_bill_of_nothing(tmp_path: Path) -> None:
    """An export that had failed was priced at $0, with code 0."""
    (tmp_path / "usage.jsonl").touch()
    with pytest.raises(BadInput, match=r"usage\.jsonl: holds no row"):
        bill(tmp_path / "usage.jsonl")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "usage.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    (tmp_path / "costs.json").write_text(json.dumps(COSTS), encoding="utf-8")
    return tmp_path / "usage.jsonl"


@pytest.mark.parametrize("form", ["lines", "months", "actual"])
@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 2)])
def test_a_row_without_a_price_is_said_and_strict_exits_2(
    log: Path, form: str, strict: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    actual = [log.with_name("costs.json")] if form == "actual" else None
    assert bill(log, months=form == "months", actual=actual, strict=strict) == code
    assert "tenfold: 2 rows have no price and are not in the total" in capsys.readouterr().err


def test_a_month_with_gaps_is_a_lower_bound(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bill(log, months=True)
    month, undated = capsys.readouterr().out.splitlines()
    assert month.startswith("2026-11  billed ≥ $0.00350  (")
    assert month.endswith("; 1 requests, 1 without a price)")
    assert undated.startswith("1 rows have no time")


def test_a_statement_and_a_comparison_are_two_questions(log: Path) -> None:
    with pytest.raises(BadInput, match="ask for one of both"):
        bill(log, months=True, actual=[log.with_name("costs.json")])


def test_what_brings_a_month_to_its_minimum_is_in_its_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terms = (
        '{id: a, provider: openai, discount: "0", minimum_usd_per_month: "10", source: {doc: MSA, as_of: 2026-01-01}}'
    )
    book = log.with_name("book.yaml")
    book.write_text(f"schema: price-book/1\ncontracts:\n  - {terms}\n", encoding="utf-8")
    bill(log, prices=book, months=True)
    assert "to the minimum +$10.00" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("form", ["lines", "json", "months", "actual"])
@pytest.mark.parametrize(("day", "assumed"), [("2026-11-20", False), ("2026-11-19", True), ("2019-01-01", True)])
def test_a_price_read_after_the_day_that_it_is_used_for_is_said_to_be_assumed(
    log: Path, form: str, day: str, assumed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The catalogue was locked on 2026-11-20 and does not say since when gpt-4o costs that."""
    actual = [log.with_name("costs.json")] if form == "actual" else None
    log.write_text(json.dumps(ROWS[0]) + "\n", encoding="utf-8")
    bill(log, at=day, months=form == "months", actual=actual, as_json=form == "json")
    said = capsys.readouterr()
    assert (("assumed: prices of " in said.err) and ("gpt-4o have no first day" in said.err)) is assumed
    if form == "json":
        row, total = map(json.loads, said.out.splitlines())
        assert (row.get("backdated"), total.get("backdated")) == ((True, ["gpt-4o"]) if assumed else (None, None))


def test_a_dated_price_is_taken_for_its_days_and_for_no_earlier_one(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = log.with_name("book.yaml")
    entry = '{from: 2019-01-01, usd_per_million: {input_tokens: "1", output_tokens: "1"}}'
    source = "{doc: invoice, as_of: 2026-11-20}"
    book.write_text(
        f"schema: price-book/1\nextends: []\nmodels: [{{model: openai/gpt-4o, source: {source}, prices: [{entry}]}}]\n",
        encoding="utf-8",
    )
    log.write_text(json.dumps(ROWS[0]) + "\n", encoding="utf-8")
    assert bill(log, prices=book, at="2019-01-01") == 0
    assert capsys.readouterr().err == ""
    with pytest.raises(BadInput, match="no price on 2018-12-31: its first entry starts on 2019-01-01"):
        bill(log, prices=book, at="2018-12-31")


def test_a_log_without_any_price_has_no_total(log: Path) -> None:
    log.write_text(json.dumps(ROWS[1]) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"usage\.jsonl: no row has a price, so there is no total; 1 × .*nobody-9"):
        bill(log)


def test_no_month_is_said_and_not_an_empty_page(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run in which every answer failed: nothing was printed, with code 0."""
    profile = (repository / "scenarios/staging/hosted.yaml").read_text(encoding="utf-8")
    (tmp_path / "down.yaml").write_text(f"{profile}\nfaults: [{{kind: status, status: 500}}]\n", encoding="utf-8")
    scenario = (repository / "scenarios/support-chat.yaml").read_text(encoding="utf-8")
    (tmp_path / "s.yaml").write_text(scenario.replace("staging/hosted.yaml", "down.yaml"), encoding="utf-8")
    project(rehearsed.run(tmp_path / "s.yaml", tmp_path / "run", scales=(1.0,), duration_s=2.0))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tenfold: no month for single, routed: too few of its sessions were answered")
