"""Objectives judged: pass, fail, or no data. No data is not a pass (house rule 8)."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from simulator.figures import Figures, Interval, Provenance
from simulator.run.rung import Latency, RungFigures
from simulator.scenario.objective import Objective, Unit
from simulator.spend.bill import RungCost
from simulator.spend.month import MonthCost, Projection
from simulator.units import scale_text
from simulator.verdicts.replicates import mean_of

_SETTLED = ("answered", "refused", "timed_out", "failed")
_SHARES = {
    "answered": ("answered",),
    "refused": ("refused",),
    "timed_out": ("timed_out",),
    "errors": ("timed_out", "failed"),
}


class Judgement(Figures):
    """One objective on one rung (or on the projected month)."""

    objective: str
    """As written in the scenario."""
    scale: float
    strategy: str
    outcome: Literal["pass", "fail", "no data"]
    measured: float | None
    """In the objective's own unit: seconds, share, or dollars."""
    target: float
    unit: Unit
    low: float | None = None
    high: float | None = None
    provenance: Provenance
    note: str | None = None


def judge(
    objectives: Iterable[Objective],
    rungs: Sequence[RungFigures],
    *,
    costs: Sequence[RungCost] = (),
    projection: Projection | None = None,
    valid: bool,
) -> list[Judgement]:
    """Every objective on every scale and strategy that it names, replicates together.

    Latency of an invalid run is not judged (house rule 9).
    """
    judge = _Judge(rungs, {(c.scale, c.strategy, c.replicate): c for c in costs}, projection, valid=valid)
    return [judgement for objective in objectives for judgement in judge.judge(objective)]


def settled_share(rung: RungFigures, metric: str) -> float | None:
    """Share of the requests that were sent and came to an end by themselves; None where there were none."""
    base = sum(rung.settled[name] for name in _SETTLED)
    return sum(rung.settled[name] for name in _SHARES[metric]) / base if base else None


class _Judge:
    def __init__(
        self,
        rungs: Sequence[RungFigures],
        costs: dict[tuple[float, str, int], RungCost],
        projection: Projection | None,
        *,
        valid: bool,
    ) -> None:
        self._rungs, self._costs, self._valid = rungs, costs, valid
        self._months = projection.months if projection else []
        self._strategies = list(dict.fromkeys(rung.strategy for rung in rungs))

    def judge(self, objective: Objective) -> Iterator[Judgement]:
        if objective.metric == "monthly_cost":
            yield from (self._monthly(objective, strategy) for strategy in self._strategies)
            return
        named = [rung for rung in self._rungs if objective.at in (None, rung.scale)]
        keys = dict.fromkeys((rung.scale, rung.strategy) for rung in named)
        for key in keys:
            yield self._on_rung(objective, [rung for rung in named if (rung.scale, rung.strategy) == key])
        if not named and objective.at is not None:
            note = f"{scale_text(objective.at)} was not run; add it to --scale"
            for strategy in self._strategies:
                yield _judgement(objective, objective.at, strategy, figure=Interval(value=None, note=note))

    def _on_rung(self, objective: Objective, replicates: Sequence[RungFigures]) -> Judgement:
        if objective.is_latency and not self._valid:
            figure = Interval(value=None, note="the run is not valid: its latency is not judged")
        else:
            figure = mean_of([self._figure(objective, rung) for rung in replicates])
        priced: Provenance = "priced" if objective.unit == "usd" else "measured"
        first = replicates[0]
        return _judgement(objective, first.scale, first.strategy, figure=figure, provenance=priced)

    def _figure(self, objective: Objective, rung: RungFigures) -> Interval:
        if objective.is_latency:
            return _latency(objective, rung)
        if objective.unit == "usd":
            return self._cost(objective, rung)
        if objective.metric == "attempts_per_request":
            return Interval(value=rung.attempts_per_request, note=None if rung.sent else "nothing was sent")
        if objective.metric == "valid":
            return Interval(value=rung.valid, note="no answer was checked" if rung.valid is None else None)
        share = settled_share(rung, objective.metric)
        return Interval(value=share, note="no request came to an end" if share is None else None)

    def _cost(self, objective: Objective, rung: RungFigures) -> Interval:
        cost = self._costs.get((rung.scale, rung.strategy, rung.replicate))
        if cost is None or cost.unpriced_calls:
            missing = f"{cost.unpriced_calls} calls without a price" if cost else "the rung was not priced"
            return Interval(value=None, note=missing)
        amount = cost.per_request if objective.metric == "cost_per_request" else cost.per_answered
        return Interval(
            value=None if amount is None else float(amount), note=None if amount is not None else "no answers"
        )

    def _monthly(self, objective: Objective, strategy: str) -> Judgement:
        scale = objective.at or 1.0
        own = [month for month in self._months if (month.strategy, month.scale) == (strategy, scale)]
        if not own:
            figure = Interval(value=None, note=f"no month was projected at {scale_text(scale)}")
        else:
            figure = _dearest_p90(own) if objective.percentile == 90 else _dearest(own)
        return _judgement(objective, scale, strategy, figure=figure, provenance="extrapolated")


def _judgement(
    objective: Objective, scale: float, strategy: str, *, figure: Interval, provenance: Provenance = "measured"
) -> Judgement:
    outcome: Literal["pass", "fail", "no data"] = "no data"
    if figure.value is not None:
        outcome = "pass" if objective.holds(figure.value) else "fail"
    return Judgement(
        objective=objective.text,
        scale=scale,
        strategy=strategy,
        outcome=outcome,
        measured=figure.value,
        target=objective.target,
        unit=objective.unit,
        low=figure.low,
        high=figure.high,
        provenance=provenance,
        note="; ".join(note for note in (figure.note, _close(objective, figure)) if note) or None,
    )


def _close(objective: Objective, figure: Interval) -> str | None:
    """Whether the interval leaves it open on which side of the target the truth lies."""
    if figure.low is None or figure.high is None or objective.holds(figure.low) == objective.holds(figure.high):
        return None
    if math.isinf(figure.high) and figure.value != figure.high:
        return "too few different sessions to bound it from above"
    return "too close to call: the target lies within the interval"


def _latency(objective: Objective, rung: RungFigures) -> Interval:
    latency: Latency = getattr(rung, objective.metric)
    figure: Interval = getattr(latency, f"p{objective.percentile}")
    if figure.value is None:
        kind = "streamed " if objective.metric in ("time_to_first_token", "time_per_output_token") else ""
        return Interval(value=None, note=f"0 {kind}requests in the steady window")
    return figure


def _dearest(months: Sequence[MonthCost]) -> Interval:
    worst = max(months, key=lambda month: month.p50)
    low, high = (None if bound is None else float(bound) for bound in (worst.p10, worst.p90))
    said = f"{worst.month}, P50 {'without an interval' if low is None else 'with P10 and P90'}"
    return Interval(value=float(worst.p50), low=low, high=high, note="; ".join(filter(None, (said, worst.note))))


def _dearest_p90(months: Sequence[MonthCost]) -> Interval:
    """What the dearest month costs at most in nine of ten cases; no data where one has no interval."""
    known = [month for month in months if month.p90 is not None]
    if len(known) < len(months):
        return Interval(value=None, note="a month without an interval has no P90; it needs 30 different sessions")
    worst = max(known, key=lambda month: month.p90 or 0)
    return Interval(value=float(worst.p90 or 0), note="; ".join(filter(None, (f"{worst.month}, P90", worst.note))))
