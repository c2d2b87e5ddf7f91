"""gate.json: what a pipeline decides by. Small and stable; summary.json has everything."""

import json
from pathlib import Path
from typing import Any

from simulator.comparison.claimed import CheckedClaim
from simulator.figures import Figures
from simulator.reports.headline import headline
from simulator.reports.tables.breaks import first
from simulator.reports.tables.months import headline_costs
from simulator.reports.tables.spend import total_of
from simulator.summary import Summary

OUTCOMES = ("pass", "fail", "no data")


def gate(summary: Summary) -> dict[str, Any]:
    """`passed` only where the run is valid, complete and reconciles, every objective passed and every claim holds."""
    found, run = headline(summary), summary.run
    counts = {outcome: sum(one.outcome == outcome for one in summary.objectives) for outcome in OUTCOMES}
    return {
        "schema_version": "gate/1",
        "run": run.id,
        "scenario": run.scenario,
        "passed": found.word == "PASSES" and summary.reconciliation.holds,
        "verdict": found.word,
        "sentence": found.sentence,
        "exit_code": run.exit_code,
        "run_verdict": run.verdict,
        "reasons": run.reasons,
        "status": run.status,
        "simulated": run.simulated,
        "reconciles": summary.reconciliation.holds,
        "objectives": {outcome.replace(" ", "_"): count for outcome, count in counts.items()},
        "not_passed": [_plain(one) for one in summary.objectives if one.outcome != "pass"],
        "claims": [{"strategy": one.strategy} | _verdict(one) for one in summary.claims],
        "breaks": [_plain(one) for one in first(summary)],
        "months": [_plain(one) for one in headline_costs(summary)],
        "total_usd": None if (total := total_of(summary)) is None else format(total, "f"),
        "unpriced_calls": summary.unpriced_calls,
    }


def render(summary: Summary) -> str:
    """JSON, indented; money as decimal text, infinity as `Infinity` in text."""
    return json.dumps(gate(summary), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write(summary: Summary, path: Path) -> None:
    """The decision as a file in UTF-8."""
    path.write_text(render(summary), encoding="utf-8")


def _verdict(one: CheckedClaim) -> dict[str, str]:
    return {"claim": one.verdict.claim, "outcome": one.verdict.outcome}


def _plain(figures: Figures) -> Any:
    return json.loads(figures.model_dump_json())
