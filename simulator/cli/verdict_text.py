"""Claims, strategies and checks for people, a line each."""

from collections.abc import Iterator

from simulator.comparison import Comparison, Contender
from simulator.comparison.result import OverRanges
from simulator.run.verification import Verification
from simulator.units import scale_text, seconds_text, share_text, usd_text
from simulator.verdicts.claims import Verdict


def claim_lines(found: Verdict) -> Iterator[str]:
    """The verdict, each clause, and what would turn it."""
    yield f"{found.outcome}: {found.claim}"
    for clause in found.clauses:
        yield f"  {clause.name}: {clause.outcome}; claimed {clause.claimed}; {clause.says}"
    for flip in found.flips:
        yield f"  would turn it: {flip.says}"
    for even in found.break_even:
        yield f"  saves nothing any more: {even.says}"


def comparison_lines(found: Comparison) -> Iterator[str]:
    """A strategy at a scale a line."""
    for one in found.contenders:
        each = f"{usd_text(one.cost_per_answered)} an answer"
        late = f"response p95 {seconds_text(one.response_p95)} · not answered {share_text(one.error_share)}"
        yield f"{scale_text(one.scale):>5} {one.strategy:<16} {each:<22} {_saves(one):<32} {late}"
        if one.note:
            yield f"{'':>6}{one.note}"
    for spread in found.ranges:
        yield from _over_ranges(spread)


def _over_ranges(found: OverRanges) -> Iterator[str]:
    costs = " · ".join(usd_text(cost) for cost in found.cost_per_request)
    saves = "" if found.saving is None else f", saves {' · '.join(map(share_text, found.saving))}"
    yield f"{found.strategy} over its ranges: P10 · P50 · P90 {costs} a request{saves} (assumed: {found.draws} draws)"
    for one in found.moved_by:
        ends = f"saves {share_text(one.at_low)} at its low end, {share_text(one.at_high)} at its high end"
        yield f"{'':>6}{one.option} {one.range}: {ends}"


def _saves(one: Contender) -> str:
    if one.strategy == one.baseline:
        return "baseline"
    if one.saving is None or one.saving.total.value is None:
        return "saving unknown"
    total = one.saving.total
    bounds = "" if total.low is None else f" [{share_text(total.low)}, {share_text(total.high)}]"
    return f"saves {share_text(total.value)}{bounds}"


def verification_lines(found: Verification) -> Iterator[str]:
    """Every file that is not the same, every version that moved, then the outcome."""
    for file in found.files:
        if file.outcome != "same":
            yield f"{file.outcome}: {file.path}"
    if not any(file.derived for file in found.files):
        yield "no table or report was recorded; `tenfold report RUN` writes them"
    for name, moved in found.other_versions.items():
        yield f"other version: {name} {moved}"
    yield f"{found.run}: {'every file is as recorded' if found.holds else 'not as recorded'}"
