"""Every command that reads a run, as a user calls it: data on stdout, one JSON value with --json, a documented code."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import tenfold_in, typed_in
from tests.derive import rehearsed


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A directory with a run in it."""
    here = tmp_path_factory.mktemp("reading")
    scenario = repository / "scenarios/support-chat.yaml"
    rehearsed.run(scenario, here / "run", scales=(1.0, 2.0), duration_s=20.0)
    return here


def said(there: Path, *words: str, code: int = 0) -> str:
    done = typed_in(there)(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_a_bill_is_its_lines_and_its_total(there: Path) -> None:
    lines = said(there, "bill", "run").splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [
        [scale, name] for scale in ("1×", "2×") for name in ("single", "routed")
    ]
    total = json.loads(said(there, "bill", "run", "--json").splitlines()[-1])["total_usd"]
    assert float(lines[-1].split()[1]) == float(total) > 0


def test_months_say_where_they_come_from(there: Path) -> None:
    lines = said(there, "project", "run").splitlines()
    months = json.loads(said(there, "project", "run", "--json"))["months"]
    assert len(lines) == len(months) > 0
    assert all(line.endswith("[extrapolated]") for line in lines if " 100× " in line)


def test_breaks_are_numbered_and_the_same_as_json(there: Path) -> None:
    numbered = [line for line in said(there, "breaks", "run").splitlines() if line[0].isdigit()]
    found = json.loads(said(there, "breaks", "run", "--json"))
    assert [line.partition(". ")[0] for line in numbered] == [str(n) for n in range(1, len(found) + 1)]


def test_strategies_stand_beside_their_baseline(there: Path) -> None:
    lines = said(there, "compare", "run").splitlines()
    assert [line.split()[:2] for line in lines if "×" in line[:6]] == [
        [scale, name] for scale in ("1×", "2×") for name in ("single", "routed")
    ]


def test_cost_stands_beside_quality_where_answers_were_judged(there: Path) -> None:
    requests = pq.read_table(there / "run/trace.parquet")["request_id"].to_pylist()
    rows = [
        f"{request},{model},{int(model == 'gpt-4o')}" for request in requests for model in ("gpt-4o", "gpt-4o-mini")
    ]
    (there / "labels.csv").write_text("\n".join(["request_id,model,quality", *rows]), encoding="utf-8")
    lines = said(there, "compare", "run", "--labels", "labels.csv").splitlines()
    assert lines[1] == "COST AGAINST QUALITY"
    assert [line.split()[0] for line in lines if "$" in line] == ["routed", "single"]
    (single,) = (line for line in lines if line.startswith("single"))
    assert "100 %" in single


def test_judgements_that_came_later_join_the_run_and_a_change_that_nobody_recorded_is_named(
    there: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(there / "run", tmp_path / "run")
    requests = pq.read_table(run / "trace.parquet")["request_id"].to_pylist()
    rows = [f"{request},{model},1" for request in requests for model in ("gpt-4o", "gpt-4o-mini")]
    (tmp_path / "labels.csv").write_text("\n".join(["request_id,model,quality", *rows]), encoding="utf-8")
    (run / "inputs/labels.jsonl").write_text("older", encoding="utf-8")
    assert "COST AGAINST QUALITY" in said(tmp_path, "report", "run", "--labels", "labels.csv")
    (tmp_path / "labels.csv").unlink()
    assert said(tmp_path, "verify", "run") == "run: every file is as recorded\n"
    claim = said(tmp_path, "claim", "no visible loss", "run", code=99)  # nothing lost, too few sessions to say so
    assert "worst of 2 segments" in claim
    said(tmp_path, "report", "run", "--labels", "labels.csv", "--at", "2026-12-01", code=2)
    with (run / "inputs/rates.yaml").open("a", encoding="utf-8") as rates:
        rates.write("# changed\n")
    assert said(tmp_path, "verify", "run", code=99).splitlines() == [
        "changed: inputs/rates.yaml",
        "run: not as recorded",
    ]


def test_a_run_without_reports_is_not_as_recorded(there: Path) -> None:
    assert "no table or report was recorded" in said(there, "verify", "run", code=99)


def test_a_claim_is_judged_clause_by_clause(there: Path) -> None:
    found = json.loads(
        said(there, "claim", "saves 99% with 1% of requests on the small model", "run", "--json", code=99)
    )
    assert found["outcome"] == "fails"
    assert {clause["name"] for clause in found["clauses"]} == {"saving", "request share"}


def test_a_book_without_commitments_says_so(there: Path) -> None:
    assert "names no commitment" in said(there, "commitments", "run")


def test_prices_name_their_source(there: Path) -> None:
    rows = json.loads(said(there, "prices", "show", "gpt-4o-mini", "--json"))
    assert {"input_tokens", "output_tokens"} <= {row["meter"] for row in rows}
    assert all(row["source"] and row["as_of"] and row["usd_per_million"] for row in rows)
    assert "the run: " in said(
        there, "prices", "diff", "run/inputs/rates.yaml", "run/inputs/rates.yaml", "--run", "run"
    )


def test_a_run_shown_at_another_date_keeps_its_own_files(there: Path) -> None:
    before = {path.name: path.read_bytes() for path in (there / "run").iterdir() if path.is_file()}
    done = tenfold_in(there)("report", "run", "--at", "2027-01-01", "--json")
    assert json.loads(done.stdout)["schema_version"] == "summary/1", done.stderr
    assert {path.name: path.read_bytes() for path in (there / "run").iterdir() if path.is_file()} == before
