"""The month at 1×, 10× and 100×: cost per measured session × planned sessions, at that month's prices, with P10–P90."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa

from simulator.run.demand import lowest
from simulator.run.quota import KnownLimit
from simulator.run.rung import RungFigures
from simulator.scenario.projection import Launch, ProjectionPlan
from simulator.spend.assumptions import register
from simulator.spend.calendar import Month, months
from simulator.spend.contracted import Covered
from simulator.spend.month import MonthCost, Projection, Sensitivity
from simulator.spend.projector import Projector, Terms
from simulator.spend.sessions import Price
from simulator.spend.uncounted import NOTHING, Uncounted

__all__ = ["MonthCost", "Projection", "Sensitivity", "project"]


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
    contracts: Sequence[Covered] = (),
    uncounted: Uncounted = NOTHING,
    seed: int,
) -> Projection:
    """All months, scales and strategies.

    `price` prices rows of `calls` at an instant; `changes` are the days in the span from which other prices hold.
    A strategy of which too few sessions can be priced has no months.
    """
    terms = Terms(price, launch, budget, list(limits), seed, contracts, uncounted)
    strategies = dict.fromkeys(rung.strategy for rung in rungs)
    projectors = [Projector.of(calls, requests, rungs, strategy=name, terms=terms) for name in strategies]
    calendar = months(launch, plan.months, changes=changes)
    lead, moved = _lead(calendar), _tornado_scale(plan)
    asked = ((one, month, scale) for one in projectors for scale in plan.scales for month in calendar)
    bars = {one.strategy: one.tornado(lead, moved) for one in projectors}
    needed = max((n for one in projectors if (n := one.needed(lead))), default=None)
    base = lowest(rungs, projectors[0].strategy)
    return Projection(
        months=[cost for one, month, scale in asked if (cost := one.month(month, scale))],
        tornado={strategy: found for strategy, found in bars.items() if found},
        assumptions=register(
            launch,
            projectors=projectors,
            month=lead,
            lowest=base,
            needed=needed,
            changes=changes,
            contracts=contracts,
            uncounted=uncounted,
        ),
        needed_sessions=needed,
        first_full_month=lead.name,
    )


def _lead(calendar: Sequence[Month]) -> Month:
    """The first full month; the partial one where there is no other."""
    return next((month for month in calendar if not month.partial), calendar[0])


def _tornado_scale(plan: ProjectionPlan) -> float:
    """10× where it is projected, else the largest."""
    return 10.0 if 10.0 in plan.scales else max(plan.scales)
