"""How good a run's answers were, by whoever says so: beside its claims, and beside cost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from simulator.comparison.claimed import CheckedClaim, check, check_all, sole
from simulator.comparison.frontier import Frontier, frontier
from simulator.comparison.judges import Judge, Priors, Validated
from simulator.comparison.labels import Labels
from simulator.comparison.quality import segments
from simulator.comparison.source import Source
from simulator.comparison.whatif import worked_out
from simulator.derive.run import Run
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.run.directory import TRACE_FILE, RunDirectory
from simulator.run.kept import kept_labels, kept_scenario
from simulator.strategies.node import Node
from simulator.strategies.recorded import MEASURED_ONLY, Assumed
from simulator.traffic.trace import Trace
from simulator.verdicts.claims import Claim, Verdict
from simulator.verdicts.clauses import SegmentQuality


def judge_of(path: Path, labels: Path | None = None) -> Judge | None:
    """Who judges a run's answers: the labels given, those that it kept, its validator, what its scenario declares."""
    directory = RunDirectory.open(path).path
    if judged := labels or kept_labels(directory):
        return Labels.read(judged)
    quality = kept_scenario(directory).quality
    if quality is None:
        return None
    if quality.validator:
        return Validated(quality.validator.text)
    return Priors(quality.assumed or {}, _difficulties(Trace.read(directory / TRACE_FILE)))


def _difficulties(trace: Trace) -> dict[str, str]:
    """By request; those of a log have none."""
    columns = (trace.table[name].to_pylist() for name in ("request_id", "difficulty"))
    return {request: difficulty for request, difficulty in zip(*columns, strict=True) if difficulty}


def claim_verdict(
    path: Path, claim: Claim, *, strategy: str | None = None, scale: float | None = None, labels: Path | None = None
) -> Verdict:
    """Whether a claim holds for a run; by default of its only strategy beside the baseline, at its smallest scale.

    Raises `BadInput` where that is not one strategy. Labels are the run's own unless given; without any, a clause about
    quality has no data.
    """
    run, judge = Run.open(path), judge_of(path, labels)
    about = sole(run.comparison, strategy, scale)
    quality = segment_quality(run, judge, about.strategy, about.scale) if judge else ()
    return check(claim, run.comparison, strategy=about.strategy, scale=about.scale, quality=quality)


def checked_claims(path: Path, run: Run) -> list[CheckedClaim]:
    """The claims of a run's scenario, on quality too where it has judgements."""
    judge = judge_of(path) if run.scenario.claims else None
    if judge is None:
        return check_all(run.scenario.claims, run.comparison)
    return check_all(run.scenario.claims, run.comparison, quality=partial(segment_quality, run, judge))


def judged_quality(path: Path, run: Run) -> Frontier | None:
    """Cost against quality by the run's own judge; None where it has none, a note where that does not reach."""
    judge = judge_of(path)
    if judge is None:
        return None
    try:
        return cost_and_quality(path, judge, book=run.book, at=run.at)
    except BadInput as error:
        return Frontier.nowhere(str(error))


def cost_and_quality(
    path: Path,
    judge: Judge,
    tried: Mapping[str, Node] | None = None,
    *,
    assumed: Assumed = MEASURED_ONLY,
    book: PriceBook | None = None,
    at: datetime | None = None,
) -> Frontier:
    """Where each strategy of a run, its matrix, and those that are tried over its answers lie, at 1×.

    Raises `BadInput` where labels are missing, or the run did not record what a strategy asks.
    """
    source = Source.read(path, book=book, at=at)
    calls, requests = source.first(source.calls), source.first(source.requests)
    if tried:
        more, asked = worked_out(source, tried, assumed=replace(assumed, seed=source.seed))
        calls, requests = pa.concat_tables([calls, more]), pa.concat_tables([requests, asked])
    lengths = {one.request_id: one.input_tokens for session in source.sessions for one in session}
    costs = source.costs(calls)
    return frontier(calls, requests, costs, judge, scale=source.scale, lengths=lengths, seed=source.seed)


def segment_quality(run: Run, judge: Judge, strategy: str, scale: float) -> Sequence[SegmentQuality]:
    """Paired quality of one strategy against the baseline, per segment."""
    return segments(
        run.launched.calls,
        run.launched.requests,
        judge,
        strategy=strategy,
        baseline=run.comparison.baseline,
        scale=scale,
        seed=run.record.seed,
    )
