"""Published routing figures, computed again from RouteLLM's per-query data (lm-sys/RouteLLM 0b64fda, Apache-2.0).

The data is not part of this repository: name its folder in TENFOLD_DATA, or these are skipped.
"""

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.comparison.curve import Choice, Curve
from simulator.comparison.hull import oracle

DATA = Path(os.environ.get("TENFOLD_DATA", "")) / "routing/routellm"
pytestmark = pytest.mark.skipif(
    "TENFOLD_DATA" not in os.environ or not DATA.is_dir(),
    reason="TENFOLD_DATA does not name a folder with routing/routellm",
)
STRONG, WEAK = "gpt-4-1106-preview", "mistralai/Mixtral-8x7B-Instruct-v0.1"
Columns = tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]


def _lines(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / path).read_text(encoding="utf-8").splitlines()]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _leaked(name: str) -> set[str]:
    return {row["eval_prompt"] for row in _lines(f"contaminated/{name}.jsonl")}


def _mmlu() -> Columns:
    leaked = _leaked("mmlu")
    tables = [_table(path) for path in sorted((DATA / "mmlu_responses").glob("*.csv"))]
    rows = [row for table in tables for row in table if row["prompt"] not in leaked]
    return np.array([row[STRONG] == "True" for row in rows]) * 1.0, np.array(
        [row[WEAK] == "True" for row in rows]
    ) * 1.0


def _gsm8k() -> list[dict[str, float]]:
    rows = _table(DATA / "gsm8k_tokens_cl100k.csv")
    return [{name: float(value) for name, value in row.items()} for row in rows if row["contaminated"] == "0"]


def _gsm8k_choice() -> Choice:
    """GPT-4 Turbo at $10/$30 and Mixtral at $0.60/$0.60 per million tokens, as in 2024."""
    rows = _gsm8k()
    prompt, strong, weak, strong_ok, weak_ok = (
        np.array([row[name] for row in rows])
        for name in ("prompt_tokens", "strong_tokens", "weak_tokens", "strong_ok", "weak_ok")
    )
    costs = {"strong_cost": (10 * prompt + 30 * strong) / 1e6, "weak_cost": (0.6 * prompt + 0.6 * weak) / 1e6}
    return Choice(np.zeros(len(rows)), strong_ok, weak_ok, **costs)


def test_mmlu_accuracies_and_midpoint() -> None:  # Table 6: CPT50 is 92 % of GPT-4
    strong, weak = _mmlu()
    assert len(strong) == 14_037
    assert (100 * strong.mean(), 100 * weak.mean()) == (
        pytest.approx(80.587, abs=5e-4),
        pytest.approx(68.091, abs=5e-4),
    )
    assert (strong.mean() + weak.mean()) / 2 / strong.mean() == pytest.approx(0.922, abs=5e-4)


def test_gsm8k_accuracies_and_midpoint() -> None:  # 87 %
    choice = _gsm8k_choice()
    strong, weak = choice.strong_quality, choice.weak_quality
    assert len(strong) == 1_307
    assert (100 * strong.mean(), 100 * weak.mean()) == (
        pytest.approx(85.769, abs=5e-4),
        pytest.approx(63.734, abs=5e-4),
    )
    assert (strong.mean() + weak.mean()) / 2 / strong.mean() == pytest.approx(0.872, abs=5e-4)


def test_mt_bench_scores_and_midpoint() -> None:  # 95 %
    leaked = _leaked("mt_bench")
    kept = {row["question_id"] for row in _lines("mt_bench/question.jsonl") if row["turns"][0] not in leaked}
    scores = [row for row in _lines("mt_bench/judgements.jsonl") if row["question_id"] in kept]
    strong, weak = (np.mean([row["score"] for row in scores if row["model"] == model]) for model in (STRONG, WEAK))
    assert len(kept) == 72
    assert (strong, weak) == (pytest.approx(9.212, abs=5e-4), pytest.approx(8.281, abs=5e-4))
    assert (strong + weak) / 2 / strong == pytest.approx(0.949, abs=6e-4)


@pytest.mark.parametrize(("router", "published"), [("unify", 8.757862), ("martian", 8.3125)])
def test_commercial_routers_on_mt_bench(router: str, published: float) -> None:
    # Unify has one failed judgement (−1); with it the mean is 8.697, which nobody published.
    scores = [row["score"] for row in _lines("mt_bench/gpt-4_single.jsonl") if row["model"] == router]
    assert np.mean([score for score in scores if score >= 0]) == pytest.approx(published, abs=5e-7)


@pytest.mark.parametrize("name", ["mmlu", "gsm8k"])
def test_a_random_router_needs_the_share_that_it_recovers(name: str) -> None:
    strong, weak = _mmlu() if name == "mmlu" else (_gsm8k_choice().strong_quality, _gsm8k_choice().weak_quality)
    ones = np.ones(len(strong))
    rng = np.random.default_rng(0)
    curves = [Curve.of(Choice(rng.random(len(ones)), strong, weak, ones, ones)) for _ in range(50)]
    assert np.mean([curve.call_share(0.5) for curve in curves]) == pytest.approx(0.50, abs=0.02)
    assert np.mean([curve.call_share(0.8) for curve in curves]) == pytest.approx(0.80, abs=0.02)
    assert np.mean([curve.average_gap_recovered() for curve in curves]) == pytest.approx(0.50, abs=0.01)


def test_gsm8k_in_dollars() -> None:
    """Sending 75 % to the weak model saves 73.3 % and loses 16.5 points: a saving alone says nothing."""
    choice = _gsm8k_choice()
    strong, weak = choice.strong_cost.mean(), choice.weak_cost.mean()
    assert (1000 * strong, 1000 * weak) == (pytest.approx(4.313, abs=6e-4), pytest.approx(0.098, abs=6e-4))
    mixed = 0.25 * strong + 0.75 * weak
    lost = 0.75 * (choice.strong_quality.mean() - choice.weak_quality.mean())
    assert (1 - mixed / strong, 100 * lost) == (pytest.approx(0.733, abs=6e-4), pytest.approx(16.5, abs=0.05))


def test_gsm8k_with_hindsight() -> None:
    choice = _gsm8k_choice()
    costs = np.stack([choice.weak_cost, choice.strong_cost])
    best = oracle(np.stack([choice.weak_quality, choice.strong_quality]), costs)
    assert (1000 * best.cost, 100 * best.quality) == (pytest.approx(1.503, abs=6e-4), pytest.approx(92.96, abs=6e-3))
