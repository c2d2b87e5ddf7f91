"""Record once, price many, confirm live: the way from a matrix to a finalist."""

import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.summary import Summary
from tests.cli.conftest import Tenfold

SCORED = "strategies: {scored: {score: {weak: gpt-4o-mini, strong: gpt-4o, threshold: 50%, auc: 80%}}}\n"


def test_a_matrix_is_billed_and_never_judged_and_other_strategies_are_priced_over_it(
    tenfold: Tenfold, typed: Tenfold, home: Path
) -> None:
    words = ("--scale", "1", "--duration", "2s", "--matrix", "--matrix-sample", "30")
    done = tenfold("run", "small.yaml", *words, "--out", "out", "--exit-zero")
    assert done.returncode == 0, done.stdout + done.stderr
    summary = Summary.read(home / "out/summary.json")

    # gpt-4o is asked everything by `single` already, so only the small model is sampled.
    (sampled,) = summary.matrix
    assert (sampled.strategy, sampled.scale) == ("only-gpt-4o-mini", 1.0)
    assert 30 <= sampled.planned <= 31
    assert {rung.strategy for rung in summary.rungs} == {"single", "routed"}
    judged = {one.strategy for one in (*summary.objectives, *summary.comparison.contenders, *summary.breaks)}
    assert "only-gpt-4o-mini" not in judged
    assert sum(cost.total or Decimal(0) for cost in summary.costs) == summary.total_usd
    assert summary.reconciliation.holds
    assert "MODEL MATRIX, NOT PART OF THE LAUNCH" in done.stdout
    assert "Model matrix" in (home / "out/report.html").read_text(encoding="utf-8")

    (home / "scored.yaml").write_text(SCORED, encoding="utf-8")
    range_ = "scored.score.threshold=0..1:5"
    curve = json.loads(typed("compare", "out", "--try", "scored.yaml", "--sweep", range_, "--json").stdout)
    assert [point["settings"] for point in curve["points"]] == [
        {"scored.score.threshold": text} for text in ("0", "0.25", "0.5", "0.75", "1")
    ]
    assert curve["points"][0]["saving"] < curve["points"][-1]["saving"]

    shown = typed("compare", "out", "--predicted")
    assert shown.returncode == 0, shown.stderr
    assert "routed           recorded answers" in shown.stdout

    _sweep_its_own(typed, home)

    tried = typed("compare", "out", "--try", "scored.yaml").stdout
    assert "another model answered" in tried
    assert ("✓ p(95) time_to_first_token < 2s" in tried) == (summary.run.verdict == "VALID")

    _judge(typed, home)
    _confirm(tenfold, typed, home)


def _sweep_its_own(typed: Tenfold, home: Path) -> None:
    """What the run's scenario sweeps stands below its comparison; a flag moves another option of them."""
    assert "sweep" not in typed("compare", "out").stdout
    kept = home / "out/inputs/scenario.yaml"
    text = kept.read_text(encoding="utf-8")
    kept.write_text(f"{text}sweep: {{label_accuracy: 80%..100%:2}}\n", encoding="utf-8")
    shown = typed("compare", "out").stdout
    names = [line.split()[0] for line in shown.splitlines() if "label_accuracy=" in line and "cheapest" not in line]
    assert names == ["single,", "single,", "routed,", "routed,"]  # as the scenario has them
    assert "prompt caches are as warm as each setting would keep them" in shown
    assert "the warm-up's requests are in it" in shown
    moved = ("--sweep", "routed.classify.rubric_tokens=100..200:2", "--json")
    curve = json.loads(typed("compare", "out", *moved).stdout)
    assert curve["label_accuracy"] == 0.92  # the kept profile's
    assert [point["strategy"] for point in curve["points"]] == ["routed", "routed"]
    unknown = typed("compare", "out", "--sweep", "a.score.threshold=0..1:5")
    assert unknown.returncode == 2
    assert "sweep: no strategy a; known: single, routed" in unknown.stderr
    kept.write_text(text, encoding="utf-8")


def _judge(typed: Tenfold, home: Path) -> None:
    """Strategies that were run and one that was not, where each answer lies between cost and quality."""
    asked = sorted(set(pq.read_table(home / "out/trace.parquet")["request_id"].to_pylist()))
    rows = [f"{one},{model},{quality}" for one in asked for model, quality in (("gpt-4o", 1), ("gpt-4o-mini", 0.6))]
    (home / "labels.csv").write_text("\n".join(["request_id,model,quality", *rows]), encoding="utf-8")
    found = json.loads(typed("compare", "out", "--labels", "labels.csv", "--try", "scored.yaml", "--json").stdout)
    assert {one["strategy"] for one in found["places"]} == {"single", "routed", "only-gpt-4o-mini", "scored"}
    assert found["oracle"]["quality"] == 1.0
    shown = typed("compare", "out", "--labels", "labels.csv")
    assert "No gap to recover: the difference between gpt-4o-mini and gpt-4o" in shown.stdout, shown.stderr
    assert "it takes 30" in shown.stdout  # sessions
    refused = typed("compare", "out", "out", "--labels", "labels.csv")
    assert refused.returncode == 2
    assert "leave out a later RUN or --labels" in refused.stderr


def _confirm(tenfold: Tenfold, typed: Tenfold, home: Path) -> None:
    """The finalist is run beside what the matrix says of it; its report needs the matrix no more."""
    words = ("--try", "scored.yaml", "--strategy", "scored", "--predicted-by", "out", "--out", "confirmed")
    done = tenfold("run", "small.yaml", "--scale", "1", "--duration", "3s", *words, "--exit-zero")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PREDICTED AND MEASURED" in done.stdout
    (found,) = Summary.read(home / "confirmed/summary.json").predictions
    assert (found.strategy, found.by) == ("scored", "earlier run")
    assert found.cost_off_by is not None
    assert abs(found.cost_off_by) < 0.2
    (home / "out").rename(home / "gone")
    assert typed("verify", "confirmed").returncode == 0


def test_a_matrix_stands_beside_the_baseline_at_1x(typed: Tenfold) -> None:
    done = typed("run", "small.yaml", "--scale", "2", "--matrix")
    assert done.returncode == 2
    assert "--matrix is recorded beside the baseline at 1×; add 1 to --scale" in done.stderr


def test_a_prediction_needs_a_run_and_1x(typed: Tenfold) -> None:
    done = typed("run", "small.yaml", "--scale", "2", "--predicted-by", "out")
    assert done.returncode == 2
    assert "--predicted-by is held against what is measured at 1×; add 1 to --scale" in done.stderr
    done = typed("run", "small.yaml", "--scale", "1", "--predicted-by", "nowhere")
    assert done.returncode == 2
    assert "nowhere: no run here" in done.stderr


def test_a_check_says_what_a_matrix_would_cost(typed: Tenfold) -> None:
    done = typed(
        "check", "small.yaml", "--scale", "1", "--duration", "2s", "--matrix", "--matrix-sample", "9", "--json"
    )
    rungs = json.loads(done.stdout)["rungs"]
    assert [rung["strategy"] for rung in rungs] == ["single", "routed", "only-gpt-4o-mini"]
    assert 9 <= rungs[-1]["requests"] <= 10
    assert Decimal(rungs[-1]["usd"]) > 0


def test_a_comparison_answers_one_question(typed: Tenfold) -> None:
    done = typed("compare", "out", "--try", "scored.yaml", "--predicted")
    assert done.returncode == 2
    assert "compare answers one question at a time: leave out --try or --predicted" in done.stderr


@pytest.mark.parametrize(
    ("flag", "other"),
    [
        (["--prices", "book.yaml"], "--prices means nothing without --try FILE"),
        (["--label-accuracy", "92%"], "--label-accuracy means nothing without --try FILE or --predicted"),
        (["--markdown"], "--markdown means nothing without a later RUN"),
    ],
)
def test_a_flag_of_another_question_is_refused(typed: Tenfold, flag: list[str], other: str) -> None:
    done = typed("compare", "out", *flag)
    assert done.returncode == 2
    assert other in done.stderr
