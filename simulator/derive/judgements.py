"""A team's own judgements of answers brought to a run: beside a claim, and beside cost."""

from collections.abc import Sequence
from pathlib import Path

from simulator.comparison.claimed import check
from simulator.comparison.frontier import Frontier, frontier
from simulator.comparison.labels import Labels
from simulator.comparison.quality import segments
from simulator.derive.run import Run
from simulator.errors import BadInput
from simulator.verdicts.claims import Claim, Verdict
from simulator.verdicts.clauses import SegmentQuality


def claim_verdict(
    path: Path, claim: Claim, *, strategy: str | None = None, scale: float | None = None, labels: Path | None = None
) -> Verdict:
    """Whether a claim holds for a run; by default of its only strategy beside the baseline, at its smallest scale.

    Raises `BadInput` where that is not one strategy. Without labels a clause about quality has no data.
    """
    run = Run.open(path)
    quality = _quality(run, Labels.read(labels), strategy=strategy, scale=scale) if labels else ()
    return check(claim, run.comparison, strategy=strategy, scale=scale, quality=quality)


def cost_and_quality(path: Path, labels: Path) -> Frontier:
    """Where each strategy of a run lies at its smallest scale. Raises `BadInput` where labels are missing."""
    run = Run.open(path)
    rows = run.launched
    return frontier(rows.calls, rows.requests, run.launched_costs, Labels.read(labels), scale=_smallest(run))


def _quality(run: Run, labels: Labels, *, strategy: str | None, scale: float | None) -> Sequence[SegmentQuality]:
    """Paired quality of one strategy per segment."""
    others = sorted({one.strategy for one in run.comparison.contenders} - {run.comparison.baseline})
    if strategy is None and len(others) != 1:
        raise BadInput(f"--labels needs --strategy, one of {', '.join(others)}")
    return segments(
        run.launched.calls,
        run.launched.requests,
        labels,
        strategy=strategy or others[0],
        baseline=run.comparison.baseline,
        scale=_smallest(run) if scale is None else scale,
        seed=run.record.seed,
    )


def _smallest(run: Run) -> float:
    return min(rung.scale for rung in run.rungs)
