"""One strategy's months: its measured sessions, priced for each month, multiplied by what the launch plans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from simulator.spend.month import MonthCost, Sensitivity
from simulator.spend.sessions import Basis, Price, as_floats, basis_for, known
from simulator.spend.tornado import Tornado
from simulator.spend.uncertainty import mean_factors, needed_sessions, volume_factors

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of every strategy alike."""

    price: Price
    launch: Launch
    budget: Decimal | None
    limits: Sequence[KnownLimit]
    seed: int


@dataclass(frozen=True, slots=True)
class _Priced:
    """The sample at one month's prices."""

    months: list[Decimal]
    """What the month would cost at 1× if all its sessions were like this one, for each original session."""
    means: tuple[Decimal, ...]
    """Mean dollars of a session in each stretch of the month."""

    @property
    def mean(self) -> Decimal:
        """The month at 1×."""
        return sum(self.months, Decimal(0)) / len(self.months)


@dataclass(slots=True)
class Projector:
    """One strategy: its measured sessions at each scale, and its demand on the limits."""

    strategy: str
    bases: dict[float, Basis]
    demand: Demand
    terms: Terms
    memo: dict[tuple[float, str], _Priced | None] = field(default_factory=dict)

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
        """None where no session of the sample has a price."""
        basis, terms = self.basis(scale), self.terms
        priced = self._priced(basis, month)
        if priced is None:
            return None
        sessions, middle = month.sessions * Decimal(str(scale)), priced.mean * Decimal(str(scale))
        draws = _draws(as_floats(priced.months), middle, terms)
        p10, p90 = _quantile(draws, 0.1), _quantile(draws, 0.9)
        planned = sessions * basis.requests / basis.sessions
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
            per_request=middle / planned,
            per_answered=middle / planned * basis.requests / basis.answered if basis.answered else None,
            budget=terms.budget,
            over_budget=budgets.verdict(terms.budget, p50=middle, p90=p90),
            chance_over_budget=budgets.chance_over(terms.budget, draws),
            budget_spent_on=budgets.spent_on(terms.budget, month, means=priced.means, scale=scale),
            capped_share=self.demand.refused_share(terms.limits, scale) if self._limited() else None,
            capped_month_share=self._capped_over(month, scale) if self._limited() else None,
            note=_note(basis, len(priced.months), month),
        )

    def tornado(self, month: Month, scale: float) -> list[Sensitivity]:
        """Bars of a month that could be priced."""
        basis, priced, factor = self.basis(scale), self._priced(self.basis(scale), month), Decimal(str(scale))
        if priced is None:
            return []
        at, sessions = month.stretches[0].priced_at, month.sessions * factor
        return Tornado(
            basis, self.terms.price, at, sessions, priced.mean * factor, self.terms.launch.uncertainty
        ).bars()

    def needed(self, month: Month) -> int | None:
        """Sessions for ±10 % on what one costs."""
        priced = self._priced(self.basis(1.0), month)
        return needed_sessions(as_floats(priced.months)) if priced else None

    def sample_share(self, month: Month) -> float | None:
        """How much of the spread between P10 and P90 a longer test would remove; the rest is the planned volume."""
        priced = self._priced(self.basis(1.0), month)
        means = mean_factors(as_floats(priced.months), seed=self.terms.seed) if priced else None
        if means is None or not (means > 0).all():
            return None
        sample = float(np.log(means).var())
        volume = float(np.log(volume_factors(self.terms.launch.uncertainty, seed=self.terms.seed)).var())
        return sample / (sample + volume) if sample + volume else None

    def drift(self, month: Month) -> tuple[float, float, float] | None:
        """(smallest, largest clean scale, cost of a session at the largest ÷ at the smallest); None below two of them.

        What a projection that is straight in the number of sessions takes for 1.
        """
        clean = sorted(scale for scale, basis in self.bases.items() if basis.clean)
        if len(clean) < 2:
            return None
        small, large = (self._priced(self.bases[scale], month) for scale in (clean[0], clean[-1]))
        if small is None or large is None or not small.mean:
            return None
        return clean[0], clean[-1], float(large.mean / small.mean)

    def _priced(self, basis: Basis, month: Month) -> _Priced | None:
        key = (basis.scale, month.name)
        if key not in self.memo:
            self.memo[key] = _price(basis, month, self.terms.price)
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


def _price(basis: Basis, month: Month, price: Price) -> _Priced | None:
    by_stretch = [basis.costs(price, stretch.priced_at) for stretch in month.stretches]
    rows = [known(row) for row in zip(*by_stretch, strict=True) if None not in row]
    if not rows:
        return None
    counts = [stretch.sessions for stretch in month.stretches]
    return _Priced(
        months=[sum((c * n for c, n in zip(row, counts, strict=True)), Decimal(0)) for row in rows],
        means=tuple(sum(column, Decimal(0)) / len(rows) for column in zip(*rows, strict=True)),
    )


def _draws(costs: Floats, middle: Decimal, terms: Terms) -> Floats | None:
    means = mean_factors(costs, seed=terms.seed)
    if means is None:
        return None
    return float(middle) * means * volume_factors(terms.launch.uncertainty, seed=terms.seed)


def _quantile(draws: Floats | None, share: float) -> Decimal | None:
    return None if draws is None else Decimal(str(np.quantile(draws, share))).quantize(_CENT)


def _note(basis: Basis, sampled: int, month: Month) -> str | None:
    notes = [
        "partial month" if month.partial else "",
        "" if basis.clean else "requests of the sample were refused or failed: sessions cost less than was offered",
        f"{len(basis.copies) - sampled} sessions without a price left out" if sampled < len(basis.copies) else "",
        "" if sampled >= LEAST_SESSIONS else f"{sampled} different sessions: P10 and P90 need {LEAST_SESSIONS}",
    ]
    return "; ".join(note for note in notes if note) or None
