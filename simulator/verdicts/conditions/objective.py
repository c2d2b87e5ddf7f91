"""An objective that holds at a smaller scale and no longer at a larger one."""

import math
from collections.abc import Iterator

from simulator.run.rung import RungFigures
from simulator.scenario.objective import Objective, Unit
from simulator.units import scale_text, seconds_text, share_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.conditions import errors, queue
from simulator.verdicts.crossing import Crossing, Point, crossing

_FIX = {
    "time_to_first_token": "shorten the prompt, answer from a faster model, or shed load earlier",
    "response_time": "cap the answer's length, answer from a faster model, or shed load earlier",
    "refused": "raise the quota, or queue instead of refusing",
}

_FAILURES = ("errors", "timed_out")


def find(evidence: Evidence) -> Iterator[Break]:
    """Where each objective is first missed, per strategy. The month's cost is a budget, not a rung's figure."""
    for objective in evidence.objectives:
        if objective.metric != "monthly_cost" and objective.at is None:
            for strategy in evidence.strategies:
                found = crossing(_points(evidence, objective, strategy), objective.target)
                if found and not _only_unanswered(evidence, objective, strategy, found):
                    yield _break(evidence, objective, strategy, _refined(found, evidence, objective, strategy))


def _refined(found: Crossing, evidence: Evidence, objective: Objective, strategy: str) -> Crossing:
    """Latency bends at a capacity: where the rungs show one between those that held and broke, a line would lie."""
    ceiling = queue.ceiling(evidence, strategy)
    if ceiling is None or not (found.low or 0.0) < ceiling <= found.high:
        return found
    if objective.is_latency:
        return found.delayed(ceiling, objective.target)
    return found.overflowing(ceiling, objective.target) if objective.metric == "refused" else found


def _only_unanswered(evidence: Evidence, objective: Objective, strategy: str, found: Crossing) -> bool:
    """Whether a percentile is +∞ for refusals or errors alone: they are the break then, not latency.

    A timeout is slowness, and stays one. Where nothing was answered, no answer was slow.
    """
    if not math.isinf(found.after) or f"{objective.metric}_answered" not in RungFigures.model_fields:
        return False
    rungs = [rung for rung in evidence.ladder(strategy) if rung.scale == found.high]
    answered = [
        getattr(getattr(rung, f"{objective.metric}_answered"), f"p{objective.percentile}").value for rung in rungs
    ]
    failed = sum(rung.settled["failed"] for rung in rungs) if _told_as_errors(evidence, strategy, found.high) else 0
    turned_down = failed + sum(rung.settled["refused"] for rung in rungs)
    late = sum(rung.settled["timed_out"] for rung in rungs)
    return turned_down > 0 and not late and all(value is None or objective.holds(value) for value in answered)


def _told_as_errors(evidence: Evidence, strategy: str, scale: float) -> bool:
    """Whether failures there are a break of their own: an objective misses them, or none speaks of them."""
    spoken = errors.spoken(evidence)
    missed = [one for one in evidence.judgements if one.objective in spoken and one.outcome == "fail"]
    return not spoken or any((one.strategy, one.scale) == (strategy, scale) for one in missed)


def _points(evidence: Evidence, objective: Objective, strategy: str) -> list[Point]:
    return [
        Point(one.scale, one.measured, holds=one.outcome == "pass")
        for one in evidence.judgements
        if (one.objective, one.strategy) == (objective.text, strategy) and one.measured is not None
    ]


def _break(evidence: Evidence, objective: Objective, strategy: str, found: Crossing) -> Break:
    fix = _FIX.get(objective.metric, "find the rung where it starts with more scales between, then fix its cause")
    often = ""
    if objective.metric in _FAILURES:
        word, text = errors.commonest(evidence, strategy, found.high)
        often, fix = f"; most often {text}", errors.start_from(word)
    after = figure_text(found.after, objective.unit)
    before = (
        "" if found.before is None else f"{figure_text(found.before, objective.unit)} at {scale_text(found.low or 0)}, "
    )
    return Break(
        kind="objective",
        title=f"{objective.text} is missed",
        strategy=strategy,
        multiplier=found.at,
        low=found.low,
        high=found.high,
        provenance="measured",
        evidence=f"{before}{after} at {scale_text(found.high)}{_guess(found)}{often}",
        costs=_missed(found, objective),
        fix=fix,
        verify=evidence.verify(strategy, found.high),
    )


def figure_text(value: float, unit: Unit) -> str:
    """A figure in an objective's unit, for people."""
    texts = {"s": seconds_text, "share": share_text}
    return texts[unit](value) if unit in texts else f"${value:.3g}" if unit == "usd" else f"{value:.3g}"


def _guess(found: Crossing) -> str:
    return ", the smallest scale that was run" if found.low is None else found.guess


def _missed(found: Crossing, objective: Objective) -> str | None:
    if objective.unit != "s":
        return None
    if math.isinf(found.after):
        return f"more than {100 - (objective.percentile or 0)} % of the users get no answer at {scale_text(found.high)}"
    return f"{found.after / objective.target:.2g} times the target at {scale_text(found.high)}"
