"""A team's own judgements of answers brought to a run: beside its claims, and beside cost."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from simulator.comparison.claimed import CheckedClaim, check, check_all, sole
from simulator.comparison.frontier import Frontier, frontier
from simulator.comparison.labels import Labels
from simulator.comparison.quality import segments
from simulator.derive.run import Run
from simulator.run.directory import RunDirectory
from simulator.run.kept import kept_labels
from simulator.verdicts.claims import Claim, Verdict
from simulator.verdicts.clauses import SegmentQuality


def claim_verdict(
    path: Path, claim: Claim, *, strategy: str | None = None, scale: float | None = None, labels: Path | None = None
) -> Verdict:
    """Whether a claim holds for a run; by default of its only strategy beside the baseline, at its smallest scale.

    Raises `BadInput` where that is not one strategy. Labels are the run's own unless given; without any, a clause about
    quality has no data.
    """
    run, judged = Run.open(path), labels or kept_labels(RunDirectory.open(path).path)
    about = sole(run.comparison, strategy, scale)
    quality = segment_quality(run, Labels.read(judged), about.strategy, about.scale) if judged else ()
    return check(claim, run.comparison, strategy=about.strategy, scale=about.scale, quality=quality)


def checked_claims(path: Path, run: Run) -> list[CheckedClaim]:
    """The claims of a run's scenario, on quality too where it has judgements."""
    judged = kept_labels(RunDirectory.open(path).path)
    if judged is None or not run.scenario.claims:
        return check_all(run.scenario.claims, run.comparison)
    labels = Labels.read(judged)
    return check_all(run.scenario.claims, run.comparison, quality=partial(segment_quality, run, labels))


def cost_and_quality(path: Path, labels: Path) -> Frontier:
    """Where each strategy of a run lies at its smallest scale. Raises `BadInput` where labels are missing."""
    run = Run.open(path)
    rows = run.launched
    return frontier(rows.calls, rows.requests, run.launched_costs, Labels.read(labels), scale=_smallest(run))


def segment_quality(run: Run, labels: Labels, strategy: str, scale: float) -> Sequence[SegmentQuality]:
    """Paired quality of one strategy against the baseline, per segment."""
    return segments(
        run.launched.calls,
        run.launched.requests,
        labels,
        strategy=strategy,
        baseline=run.comparison.baseline,
        scale=scale,
        seed=run.record.seed,
    )


def _smallest(run: Run) -> float:
    return min(rung.scale for rung in run.rungs)
