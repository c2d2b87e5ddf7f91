"""Claims, strategies and checks for people, a line each."""

from collections.abc import Iterator, Sequence

from simulator.comparison import Comparison, Contender, Saving
from simulator.comparison.result import OverRanges
from simulator.reports.tables.strategies import part_values, signed_share_text
from simulator.run.verification import Verification
from simulator.scenario.objective import Objective
from simulator.units import scale_text, seconds_text, share_text, usd_text
from simulator.verdicts.claims import Verdict
from simulator.verdicts.flips import Flip

_TIMES = {"time_to_first_token": "first_token_p95", "response_time": "response_p95"}
"""Objective's metric → the contender's figure."""


def claim_lines(found: Verdict) -> Iterator[str]:
    """The verdict, each clause, and what would turn it."""
    yield f"{found.outcome}: {found.claim}"
    for clause in found.clauses:
        yield f"  {clause.name}: {clause.outcome}; claimed {clause.claimed}; {clause.says}"
    if found.formula:
        yield f"  {found.formula}"
    yield from _turning("would turn the saving", [one for one in found.flips if one.clause == "saving"])
    yield from _turning("would turn the quality", [one for one in found.flips if one.clause == "quality"])
    yield from _turning("saves nothing any more", found.break_even)


def _turning(what: str, flips: Sequence[Flip]) -> Iterator[str]:
    """An input that does it a line; those that alone cannot share the last one."""
    for flip in flips:
        if flip.needed is not None:
            yield f"  {what}: {flip.says}"
    if cannot := [flip.input for flip in flips if flip.needed is None]:
        yield f"  {what}: by none of these alone: {' · '.join(cannot)}"


def comparison_lines(found: Comparison, targets: Sequence[Objective] = ()) -> Iterator[str]:
    """A strategy at a scale a block: cost, then times beside their targets, then what its saving is made of."""
    width = max(len(one.strategy) for one in found.contenders)
    for one in found.contenders:
        each = f"{usd_text(one.cost_per_answered)} an answer"
        yield f"{scale_text(one.scale):>5} {one.strategy:<{width}}  {each:<22} {_saves(one)}".rstrip()
        first, whole = seconds_text(one.first_token_p95), seconds_text(one.response_p95)
        yield f"{'':>6}TTFT p95 {first} · response p95 {whole} · not answered {share_text(one.error_share)} of due"
        if judged := [_target(one, target) for target in targets if target.metric in _TIMES]:
            yield f"{'':>6}{' · '.join(judged)}"
        if one.saving and one.saving.moved is not None:
            yield f"{'':>6}{_moved(one.saving)}"
            yield f"{'':>6}made of: {_parts(one.saving)}"
        if one.note:
            yield f"{'':>6}{one.note}"
    for spread in found.ranges:
        yield from _over_ranges(spread)


def _target(one: Contender, target: Objective) -> str:
    value = getattr(one, _TIMES[target.metric])
    return f"? {target.text}" if value is None else f"{'✓' if target.holds(value) else '✗'} {target.text}"


def _parts(saving: Saving) -> str:
    return " · ".join(f"{signed_share_text(value)} {name}" for name, value in part_values(saving))


def _moved(saving: Saving) -> str:
    carried = f"which carried {share_text(saving.cost_share_moved)} of the baseline's bill"
    return f"another model answered {share_text(saving.request_share_small)} of the requests, {carried}"


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
