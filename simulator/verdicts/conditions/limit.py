"""A provider's quota runs out: limit ÷ demand at 1×, held against the rungs that were refused."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from simulator.calls import Outcome
from simulator.run.demand import Demand, header_limits
from simulator.run.percentiles import generator
from simulator.run.quota import KnownLimit
from simulator.run.rows import of_rung
from simulator.spend.uncertainty import mean_factors
from simulator.units import count_text, scale_text, share_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.objectives import settled_share

_NAMES = {
    "requests": "requests a minute",
    "tokens": "tokens a minute",
    "input_tokens": "input tokens a minute",
    "output_tokens": "output tokens a minute",
}
REFUSED_SHARE = 0.001
"""Of a model's attempts in a rung: fewer 429s than this are noise."""
_EXPLAINS = 2.0
"""A quota that carries more than twice the scale at which a model refused is not what refused."""


def find(evidence: Evidence) -> Iterator[Break]:
    """Per strategy and model the quota that runs out first; a 429 that no known quota explains is a break too."""
    for strategy in evidence.strategies:
        for model in evidence.demands[strategy].per_second:
            seen = _Seen.of(evidence, strategy, model)
            tightest = _tightest(evidence, strategy, model, seen)
            if seen.refused_at and tightest and tightest.limit.at_least:
                tightest = None  # a floor says from where on it may break; it broke, so only what was seen counts
            if seen.refused_at and (not tightest or tightest.multiplier > _EXPLAINS * seen.refused_at):
                yield _unknown(evidence, strategy, seen, model=model, tightest=tightest)
                seen = _Seen(None, None, None, None)
            if tightest and (tightest.multiplier <= evidence.horizon or seen.refused_at):
                yield _known(evidence, tightest, seen)


@dataclass(frozen=True, slots=True)
class _Quota:
    """A limit held against a strategy's demand. Multipliers are of 1×."""

    limit: KnownLimit
    demand: Demand
    steady: float
    peak: float

    @property
    def multiplier(self) -> float:
        return min(self.steady, self.peak)

    @property
    def per_minute(self) -> float:
        return self.limit.per_minute / self.steady * self.demand.scale

    def bounds(self) -> tuple[float, float] | tuple[None, None]:
        """The multiplier's P10 and P90, from the sampled sessions' lengths and from how irregularly they came."""
        factors = mean_factors(self.demand.by_session(self.limit), seed=0)
        if factors is None:
            return None, None
        factors = factors * np.exp(self.demand.rate_error * generator(0, "arrivals").standard_normal(len(factors)))
        cheap, dear = np.quantile(factors, [0.1, 0.9])
        return self.multiplier / float(dear), self.multiplier / float(cheap) if cheap > 0 else math.inf


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rungs showed: the first scale at which a model refused, and the last before it."""

    refused_at: float | None
    clean_at: float | None
    refused_share: float | None
    """Of all requests of the rung that refused first, after retries."""
    sendings: float | None
    """Per request of that rung."""

    @classmethod
    def of(cls, evidence: Evidence, strategy: str, model: str) -> "_Seen":
        clean_at = None
        for rung in evidence.ladder(strategy):
            calls = of_rung(evidence.calls, rung)
            calls = calls.filter(pc.equal(calls["model"], model))
            refused = int(pc.sum(pc.equal(calls["outcome"], Outcome.RATE_LIMITED.value)).as_py() or 0)
            if refused > REFUSED_SHARE * len(calls):
                return cls(rung.scale, clean_at, settled_share(rung, "refused"), rung.attempts_per_request)
            clean_at = rung.scale
        return cls(None, clean_at, None, None)


def _tightest(evidence: Evidence, strategy: str, model: str, seen: _Seen) -> _Quota | None:
    """Of the declared quotas; where none is declared, of those that headers imply and no rung contradicts."""
    demand = evidence.demands[strategy]
    declared = [limit for limit in evidence.limits if limit.model == model]
    quotas = [one for limit in declared or header_limits(evidence.calls, model) if (one := _quota(limit, demand))]
    if not declared:
        quotas = [one for one in quotas if one.multiplier >= (seen.clean_at or 0.0)]
    return min(quotas, key=lambda one: one.multiplier, default=None)


def _quota(limit: KnownLimit, demand: Demand) -> _Quota | None:
    asked = demand.on(limit)
    steady, peak = limit.steady_multiplier(asked), limit.peak_multiplier(asked)
    return _Quota(limit, demand, steady * demand.scale, peak * demand.scale) if steady and peak else None


def _known(evidence: Evidence, quota: _Quota, seen: _Seen) -> Break:
    limit, strategy, unit = quota.limit, quota.demand.strategy, _NAMES[quota.limit.axis]
    at = min(quota.multiplier, seen.refused_at or math.inf)
    target = evidence.target_scale(at)
    # What the quota carries may lie below a rung that was not refused: it lived on what had been saved up.
    shown = seen.refused_at is not None and at >= (seen.clean_at or 0.0)
    low, high = (seen.clean_at, seen.refused_at) if shown else quota.bounds()
    return Break(
        kind="limit",
        title=f"{limit.model}: {unit} {'may ' if limit.at_least else ''}run out",
        strategy=strategy,
        multiplier=at,
        low=low,
        high=None if limit.at_least else high,
        provenance="measured" if shown else "assumed" if limit.at_least else "extrapolated",
        evidence=f"{_asked(quota)}{_shown(seen, at)}",
        costs=_refusals(evidence, quota, seen, target),
        fix=f"{'declare the quota in a provider profile; ' if limit.at_least else ''}"
        f"for {scale_text(target)}, {_short(_up(limit.per_minute * target / at))} {unit} on {limit.model}, "
        f"or {share_text(1 - at / target)} less demand on it: route, shorten, cache or queue",
        verify=evidence.verify(strategy, target),
    )


def _asked(quota: _Quota) -> str:
    limit, unit = quota.limit, _NAMES[quota.limit.axis]
    least = "at least " if limit.at_least else ""
    return (
        f"{scale_text(quota.demand.scale)} asks for {_short(quota.per_minute)} {unit} of {least}"
        f"{_short(limit.per_minute)} ({limit.source}): enough for {_times(quota.steady)} sustained, "
        f"{_times(quota.peak)} in the test"
    )


def _unknown(evidence: Evidence, strategy: str, seen: _Seen, *, model: str, tightest: _Quota | None) -> Break:
    if tightest:
        title, why = (
            "429s before its known quota runs out",
            f"what is known of it carries {_times(tightest.multiplier)}",
        )
        fix = f"find what answered 429 ({model}'s rows of calls.parquet): another quota, other users of it, or a fault"
    else:
        title, why = "a quota nobody declared runs out", "no limit is declared for it"
        fix = f"ask for more quota; declare {model}'s limits in the provider profile to compute the multiplier"
    return Break(
        kind="limit",
        title=f"{model}: {title}",
        strategy=strategy,
        multiplier=seen.refused_at,
        low=seen.clean_at,
        high=seen.refused_at,
        provenance="measured",
        evidence=f"{model} answered 429{_shown(seen, math.inf)}; {why}",
        costs=_refused(evidence, strategy, seen),
        fix=fix,
        verify=evidence.verify(strategy, seen.refused_at or 1.0),
    )


def _shown(seen: _Seen, at: float) -> str:
    if seen.refused_at is None:
        burst = ": the test was short enough to live on what was saved up" if (seen.clean_at or 0) > at else ""
        return f"; nothing was refused up to {scale_text(seen.clean_at)}{burst}" if seen.clean_at else ""
    before = f", none at {scale_text(seen.clean_at)}" if seen.clean_at else ""
    return f"; 429s at {scale_text(seen.refused_at)}{before}"


def _times(multiplier: float) -> str:
    return scale_text(float(f"{multiplier:.2g}"))


def _refused(evidence: Evidence, strategy: str, seen: _Seen) -> str | None:
    if not seen.refused_at or not seen.refused_share:
        return None
    share, retried = share_text(seen.refused_share), (seen.sendings or 1) > 1
    sendings = f" after retries: {seen.sendings:.2g} sendings a request" if retried else ""
    missed = _missed(evidence, strategy, seen)
    return f"{share} of the requests due at {scale_text(seen.refused_at)} were refused{sendings}{missed}"


def _missed(evidence: Evidence, strategy: str, seen: _Seen) -> str:
    there = [one for one in evidence.judgements if (one.strategy, one.scale) == (strategy, seen.refused_at)]
    missed = sum(one.outcome == "fail" for one in there)
    return f"; {missed} of {len(there)} objectives are missed there" if missed else ""


def _refusals(evidence: Evidence, quota: _Quota, seen: _Seen, target: float) -> str:
    if measured := _refused(evidence, quota.demand.strategy, seen):
        return measured
    limit, demand = quota.limit, quota.demand
    least, answers = "at most" if limit.at_least else "about", share_text(demand.refused_share([limit], target))
    if limit.model not in demand.helps:
        return f"{least} {answers} of the requests would be refused at {scale_text(target)}"
    calls = share_text(limit.refused_share(demand.on(limit), target / demand.scale))
    return (
        f"{least} {calls} of the calls to {limit.model} would be refused at {scale_text(target)}: labels or "
        f"verdicts, and the answers to {answers} of the requests"
    )


def _up(amount: float) -> float:
    """Two significant digits, rounded up: quotas are asked for in round numbers."""
    step = 10.0 ** (math.floor(math.log10(amount)) - 1)
    return math.ceil(amount / step - 1e-9) * step


def _short(amount: float) -> str:
    return f"{amount / 1e6:.3g}M" if amount >= 1e6 else count_text(amount)
