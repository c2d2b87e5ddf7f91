"""summary.json: every figure of the reports in one tree. Reports read this and nothing else."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from simulator.comparison import Comparison
from simulator.comparison.claimed import CheckedClaim
from simulator.comparison.frontier import Frontier
from simulator.comparison.prediction import Prediction
from simulator.figures import Figures
from simulator.run.lengths import Lengths
from simulator.run.metrics import RungFigures
from simulator.run.reconciliation import Reconciliation
from simulator.spend.bill import LineItem, RungCost
from simulator.spend.projection import Projection
from simulator.verdicts.breaks import Break
from simulator.verdicts.objectives import Judgement


class RunFacts(Figures):
    """Where the numbers come from."""

    id: str
    scenario: str
    description: str
    command: str
    started_at: str
    duration_s: float
    seed: int
    verdict: Literal["VALID", "CLIENT-LIMITED", "INCOMPLETE"]
    reasons: list[str]
    status: Literal["complete", "interrupted", "stopped", "failed"]
    exit_code: int
    target: str
    """`embedded staging endpoint (simulated)` or the host of a real one."""
    simulated: bool
    multiply: str
    """The meaning of 10×: clone, independent, worst or compress, with its parameter."""
    trace: str
    """`generated` or the name of the recorded file, with its hash."""
    versions: dict[str, str]
    hashes: dict[str, str]
    measured_scales: list[float]


class Summary(Figures):
    schema_version: Literal["summary/1"] = "summary/1"
    run: RunFacts
    rungs: list[RungFigures]
    matrix: list[RungFigures] = []
    """A sample of the requests on one model each (`--matrix`): billed and reconciled, never judged or projected."""
    lengths: list[Lengths] = []
    """Of each strategy's answers, as planned and as reported; the matrix has one a model."""
    costs: list[RungCost]
    items: list[LineItem] = []
    """The bill's lines, quantity × unit price: what the workbook recalculates. Empty in summaries made without them."""
    items_from: dict[date, list[LineItem]] = {}
    """The same calls at the prices of the projected months, by the first day of each other price list."""
    total_usd: Decimal
    unpriced_calls: int
    unpriced_reasons: dict[str, int]
    prices: list[dict[str, str]]
    """model, meter, usd_per_million, from, until, layer, source: the rates of the run, and of the months to come."""
    objectives: list[Judgement]
    claims: list[CheckedClaim] = []
    """What the scenario claims of its strategies, checked."""
    breaks: list[Break]
    projection: Projection
    comparison: Comparison
    quality: Frontier | None = None
    """Cost against quality, where the run has judgements of its answers."""
    predictions: list[Prediction] = []
    """What an earlier run, or this run's matrix, said of its strategies, beside what was measured."""
    reconciliation: Reconciliation
    provenance: dict[str, str]
    """By figure group: measured, priced, extrapolated or assumed, and from what."""
    timeline: list[dict[str, Any]]
    """Per rung and second of schedule: scale, strategy, t, due, answered, refused, failed."""

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Summary":
        return cls.model_validate_json(path.read_text(encoding="utf-8"))
