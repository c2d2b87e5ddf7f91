"""The month at 1×, 10× and 100×: cost per measured session × planned sessions, at that month's prices, with P10–P90."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

import numpy as np
import pyarrow as pa

from simulator.run.demand import Demand, KnownLimit, lowest
from simulator.run.percentiles import LEAST_SESSIONS, Floats
from simulator.run.rung import RungFigures
from simulator.scenario.projection import Launch, ProjectionPlan
from simulator.spend.assumptions import register
from simulator.spend.calendar import Month, months
from simulator.spend.month import MonthCost, Projection, Sensitivity
from simulator.spend.sessions import Basis, Price, as_floats, basis_for, known
from simulator.spend.tornado import Tornado
from simulator.spend.uncertainty import mean_factors, needed_sessions, volume_factors

__all__ = ["MonthCost", "Projection", "Sensitivity", "project"]

_CENT = Decimal("0.01")


def project(
    calls: pa.Table,
    requests: pa.Table,
    rungs: Sequence[RungFigures],
    *,
    price: Price,
    launch: Launch,
    plan: ProjectionPlan,
    budget: Decimal | None = None,
    limits: Iterable[KnownLimit] = (),
    changes: Sequence[date] = (),
    seed: int,
) -> Projection:
    """All months, scales and strategies.

    `price` prices rows of `calls` at an instant; `changes` are the days in the span from which other prices hold.
    A strategy of which no session can be priced has no months: it is in the register instead.
    """
    calendar = months(launch, plan.months, changes=changes)
    projectors = [
        _Projector.of(calls, requests, rungs, strategy=strategy, price=price, limits=list(limits))
        for strategy in dict.fromkeys(rung.strategy for rung in rungs)
    ]
    costs = [
        one.month(month, scale=scale, launch=launch, budget=budget, seed=seed)
        for one in projectors
        for scale in plan.scales
        for month in calendar
    ]
    lead, scale = _lead(calendar), _tornado_scale(plan)
    found = [cost for cost in costs if cost is not None]
    return Projection(
        months=found,
        tornado={
            one.strategy: one.tornado(lead, scale=scale, launch=launch)
            for one in projectors
            if one.strategy in {cost.strategy for cost in found}
        },
        assumptions=register(
            launch, bases=[one.basis(1.0) for one in projectors], lowest=projectors[0].lowest, changes=changes
        ),
        needed_sessions=max((n for one in projectors if (n := one.needed(calendar[0]))), default=None),
        first_full_month=lead.name,
    )


@dataclass(slots=True)
class _Projector:
    """One strategy: its measured sessions at each scale, and its demand on the limits."""

    strategy: str
    bases: dict[float, Basis]
    lowest: RungFigures
    demand: Demand
    limits: list[KnownLimit]
    price: Price
    memo: dict[tuple[float, str], list[Decimal]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        calls: pa.Table,
        requests: pa.Table,
        rungs: Sequence[RungFigures],
        *,
        strategy: str,
        price: Price,
        limits: list[KnownLimit],
    ) -> "_Projector":
        base = lowest(rungs, strategy)
        own = [rung for rung in rungs if rung.strategy == strategy]
        scales = dict.fromkeys(rung.scale for rung in own)
        replicates = {scale: [rung for rung in own if rung.scale == scale] for scale in scales}
        bases = {scale: Basis.of(calls, requests, same) for scale, same in replicates.items()}
        return cls(strategy, bases, base, Demand.of(calls, base), limits, price)

    def basis(self, scale: float) -> Basis:
        """The measured sessions that stand for `scale`."""
        return basis_for(self.bases, scale)

    def month(
        self, month: Month, *, scale: float, launch: Launch, budget: Decimal | None, seed: int
    ) -> MonthCost | None:
        basis = self.basis(scale)
        costs = self._session_costs(basis, month)
        if not costs:
            return None
        sessions = month.sessions * Decimal(str(scale))
        middle = sum(costs, Decimal(0)) / len(costs) / month.sessions * sessions
        draws = _draws(as_floats(costs), middle, launch, seed)
        planned = sessions * basis.requests / basis.sessions
        return MonthCost(
            month=month.name,
            scale=scale,
            strategy=self.strategy,
            sessions=round(sessions),
            requests=round(planned),
            p10=_quantile(draws, 0.1),
            p50=middle.quantize(_CENT),
            p90=_quantile(draws, 0.9),
            provenance="extrapolated",
            based_on_scale=basis.scale,
            per_request=middle / planned,
            per_answered=middle / planned * basis.requests / basis.answered if basis.answered else None,
            budget=budget,
            over_budget=_against(budget, middle, _quantile(draws, 0.9)),
            chance_over_budget=float((draws > float(budget)).mean()) if draws is not None and budget else None,
            capped_share=self.demand.refused_share(self.limits, scale) if self._limited() else None,
            note=_note(basis, costs, month),
        )

    def tornado(self, month: Month, *, scale: float, launch: Launch) -> list[Sensitivity]:
        basis, sessions = self.basis(scale), month.sessions * Decimal(str(scale))
        costs = self._session_costs(basis, month)
        cost = sum(costs, Decimal(0)) / len(costs) / month.sessions * sessions
        at = month.stretches[0].priced_at
        return Tornado(basis, self.price, at, sessions, cost, launch.uncertainty).bars()

    def needed(self, month: Month) -> int | None:
        return needed_sessions(as_floats(self._session_costs(self.basis(1.0), month)))

    def _session_costs(self, basis: Basis, month: Month) -> list[Decimal]:
        """What the month would cost if all its sessions were like this one, for each session of the sample."""
        key = (basis.scale, month.name)
        if key not in self.memo:
            self.memo[key] = self._priced(basis, month)
        return self.memo[key]

    def _priced(self, basis: Basis, month: Month) -> list[Decimal]:
        priced = [basis.costs(self.price, stretch.priced_at) for stretch in month.stretches]
        counts = [stretch.sessions for stretch in month.stretches]
        return [
            sum((cost * count for cost, count in zip(known(row), counts, strict=True)), Decimal(0))
            for row in zip(*priced, strict=True)
            if None not in row
        ]

    def _limited(self) -> bool:
        return any(limit.model in self.demand.per_second for limit in self.limits)


def _draws(costs: Floats, middle: Decimal, launch: Launch, seed: int) -> Floats | None:
    means = mean_factors(costs, seed=seed)
    return None if means is None else float(middle) * means * volume_factors(launch.uncertainty, seed=seed)


def _quantile(draws: Floats | None, share: float) -> Decimal | None:
    return None if draws is None else Decimal(str(np.quantile(draws, share))).quantize(_CENT)


def _against(
    budget: Decimal | None, middle: Decimal, p90: Decimal | None
) -> Literal["within", "risk", "over", "no budget"]:
    if budget is None:
        return "no budget"
    if middle > budget:
        return "over"
    return "risk" if p90 is not None and p90 > budget else "within"


def _note(basis: Basis, costs: Sequence[Decimal], month: Month) -> str | None:
    notes = [
        "partial month" if month.partial else "",
        "" if basis.clean else "requests of the sample were refused or failed: sessions cost less than was offered",
        f"{len(basis.copies) - len(costs)} sessions without a price left out" if len(costs) < len(basis.copies) else "",
        "" if len(costs) >= LEAST_SESSIONS else f"{len(costs)} different sessions: P10 and P90 need {LEAST_SESSIONS}",
    ]
    return "; ".join(note for note in notes if note) or None


def _lead(calendar: Sequence[Month]) -> Month:
    """The first full month; the partial one where there is no other."""
    return next((month for month in calendar if not month.partial), calendar[0])


def _tornado_scale(plan: ProjectionPlan) -> float:
    """10× where it is projected, else the largest."""
    return 10.0 if 10.0 in plan.scales else max(plan.scales)
