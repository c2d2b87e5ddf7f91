"""One strategy's months: its measured sessions, priced for each month, multiplied by what the launch plans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

from simulator.run.demand import Demand, lowest
from simulator.run.percentiles import LEAST_SESSIONS, Floats
from simulator.run.quota import KnownLimit
from simulator.run.rung import RungFigures
from simulator.scenario.projection import Launch
from simulator.spend import budget as budgets
from simulator.spend.calendar import Month
from simulator.spend.contracted import ContractTerm, Covered, billed, terms_of
from simulator.spend.month import Days, MonthCost, Sensitivity
from simulator.spend.sample import Sample
from simulator.spend.sessions import Basis, Price, as_floats, basis_for
from simulator.spend.tornado import Tornado
from simulator.spend.uncertainty import dearest_share, mean_factors, needed_sessions, volume_factors
from simulator.spend.uncounted import NOTHING, Uncounted

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of every strategy alike."""

    price: Price
    launch: Launch
    budget: Decimal | None
    limits: Sequence[KnownLimit]
    seed: int
    contracts: Sequence[Covered] = ()
    uncounted: Uncounted = NOTHING


@dataclass(slots=True)
class Projector:
    """One strategy: its measured sessions at each scale, and its demand on the limits."""

    strategy: str
    bases: dict[float, Basis]
    demand: Demand
    terms: Terms
    memo: dict[tuple[float, str], Sample] = field(default_factory=dict)

    @classmethod
    def of(
        cls, calls: pa.Table, requests: pa.Table, rungs: Sequence[RungFigures], *, strategy: str, terms: Terms
    ) -> "Projector":
        own = [rung for rung in rungs if rung.strategy == strategy]
        scales = dict.fromkeys(rung.scale for rung in own)
        replicates = {scale: [rung for rung in own if rung.scale == scale] for scale in scales}
        bases = {scale: Basis.of(calls, requests, same) for scale, same in replicates.items()}
        return cls(strategy, bases, Demand.of(calls, lowest(rungs, strategy)), terms)

    def basis(self, scale: float) -> Basis:
        """The measured sessions that stand for `scale`."""
        return basis_for(self.bases, scale)

    def month(self, month: Month, scale: float) -> MonthCost | None:
        """None where too few sessions of the sample have a price."""
        basis, launch = self.basis(scale), self.terms
        sample = self._sample(basis, month)
        if not sample.enough:
            return None
        contracts, factor = terms_of(launch.contracts, sample, month), Decimal(str(scale))
        sessions, usage = month.sessions * factor, sample.mean() * factor
        middle, draws = billed(usage, contracts), _draws(sample, usage, contracts, launch)
        p10, p90 = _quantile(draws, 0.1), _quantile(draws, 0.9)
        planned = sessions * basis.requests / basis.sessions
        held = budgets.verdict(launch.budget, p50=middle, p90=p90)
        return MonthCost(
            month=month.name,
            scale=scale,
            strategy=self.strategy,
            sessions=round(sessions),
            requests=round(planned),
            p10=p10,
            p50=middle.quantize(_CENT),
            p90=p90,
            provenance="extrapolated",
            based_on_scale=basis.scale,
            per_request=usage / planned,
            per_answered=usage / planned * basis.requests / basis.answered if basis.answered else None,
            contracts=contracts,
            budget=launch.budget,
            over_budget=held,
            chance_over_budget=budgets.chance_over(launch.budget, draws),
            budget_spent_on=budgets.spent_on(launch.budget, month, means=sample.means, scale=scale, contracts=contracts)
            if held == "over"
            else None,
            capped_share=self.demand.refused_share(launch.limits, scale) if self._limited() else None,
            capped_month_share=self._capped_over(month, scale) if self._limited() else None,
            note=_note(sample, month, launch.uncounted),
            days=list(_days(month)),
        )

    def tornado(self, month: Month, scale: float) -> list[Sensitivity]:
        """Bars of a month that could be priced."""
        sample = self._sample(self.basis(scale), month)
        if not sample.enough:
            return []
        contracts = terms_of(self.terms.contracts, sample, month)
        return Tornado(sample, Decimal(str(scale)), self.terms.launch.uncertainty, contracts).bars()

    def needed(self, month: Month) -> int | None:
        """Sessions for ±10 % on what one costs."""
        sample = self._sample(self.basis(1.0), month)
        return needed_sessions(as_floats(sample.costs)) if sample.enough else None

    def sample_share(self, month: Month) -> float | None:
        """How much of the spread between P10 and P90 a longer test would remove; the rest is the planned volume."""
        sample = self._sample(self.basis(1.0), month)
        means = mean_factors(as_floats(sample.costs), seed=self.terms.seed) if sample.enough else None
        if means is None or not (means > 0).all():
            return None
        sampled = float(np.log(means).var())
        volume = float(np.log(volume_factors(self.terms.launch.uncertainty, seed=self.terms.seed)).var())
        return sampled / (sampled + volume) if sampled + volume else None

    def dearest_share(self, month: Month) -> float | None:
        """Part of the cost that the dearest twentieth of the sampled sessions makes."""
        sample = self._sample(self.basis(1.0), month)
        return dearest_share(as_floats(sample.costs)) if sample.enough else None

    def drift(self, month: Month) -> tuple[float, float, float] | None:
        """(smallest, largest clean scale, cost of a session at the largest ÷ at the smallest); None below two of them.

        What a projection that is straight in the number of sessions takes for 1.
        """
        clean = sorted(scale for scale, basis in self.bases.items() if basis.clean)
        if len(clean) < 2:
            return None
        small, large = (self._sample(self.bases[scale], month) for scale in (clean[0], clean[-1]))
        if not small.enough or not large.enough or not small.mean():
            return None
        return clean[0], clean[-1], float(large.mean() / small.mean())

    def _sample(self, basis: Basis, month: Month) -> Sample:
        key = (basis.scale, month.name)
        if key not in self.memo:
            self.memo[key] = Sample(basis, month, self.terms.price)
        return self.memo[key]

    def _capped_over(self, month: Month, scale: float) -> float | None:
        """Refusals at each hour's own rate, where the busiest hour of a plain weekday is the test's 1×."""
        launch, refused, offered = self.terms.launch, 0.0, 0.0
        if launch.hours is None:
            return None
        for day in (float(sessions) for stretch in month.stretches for sessions in stretch.daily):
            for weight in launch.hours:
                rate = scale * day / launch.sessions_per_day * weight / max(launch.hours)
                refused += day * weight * self.demand.refused_share(self.terms.limits, rate)
                offered += day * weight
        return refused / offered

    def _limited(self) -> bool:
        return any(limit.model in self.demand.per_second for limit in self.terms.limits)


def _draws(sample: Sample, usage: Decimal, contracts: Sequence[ContractTerm], terms: Terms) -> Floats | None:
    means = mean_factors(as_floats(sample.costs), seed=terms.seed)
    if means is None:
        return None
    drawn: Floats = float(usage) * means * volume_factors(terms.launch.uncertainty, seed=terms.seed)
    if not contracts:
        return drawn
    return as_floats([billed(Decimal(one), contracts) for one in drawn.tolist()])


def _quantile(draws: Floats | None, share: float) -> Decimal | None:
    return None if draws is None else Decimal(str(np.quantile(draws, share))).quantize(_CENT)


def _days(month: Month) -> Iterator[Days]:
    for one in month.stretches:
        until = one.first + timedelta(days=len(one.daily))
        yield Days(first=one.first, until=until, share=one.sessions / month.sessions)


def _note(sample: Sample, month: Month, uncounted: Uncounted) -> str | None:
    basis, priced = sample.basis, len(sample.costs)
    notes = [
        "partial month" if month.partial else "",
        basis.bias or "",
        f"{len(basis.copies) - priced} sessions without a price left out" if priced < len(basis.copies) else "",
        "" if priced >= LEAST_SESSIONS else f"{priced} different sessions: P10 and P90 need {LEAST_SESSIONS}",
        uncounted.note(month),
    ]
    return "; ".join(note for note in notes if note) or None
