"""A projected month: what it costs, how sure that is, which assumption moves it."""

from datetime import date
from decimal import Decimal

from simulator.figures import Figures, Provenance
from simulator.spend.budget import Held
from simulator.spend.contracted import ContractTerm, billed


class Days(Figures):
    """Days of a month under one price list."""

    first: date
    until: date
    """The first day that is no longer among them."""
    share: Decimal
    """Of the month's sessions."""


class MonthCost(Figures):
    """One calendar month of one strategy at one scale. Bounds are None below 30 sessions (house rule 6)."""

    month: str
    """2026-12"""
    scale: float
    strategy: str
    sessions: int
    requests: int
    p10: Decimal | None
    p50: Decimal
    """The plan itself: mean cost of a session × planned sessions, under the month's contracts."""
    p90: Decimal | None
    provenance: Provenance
    """extrapolated, unless the month was measured; 100× is never called measured."""
    based_on_scale: float
    """The measured rung whose sessions were used."""
    per_request: Decimal
    """Of the usage, before what contracts give back or add for the month."""
    per_answered: Decimal | None
    contracts: list[ContractTerm] = []
    """What holds for the month's sum; P10, P50 and P90 are after it."""
    budget: Decimal | None
    over_budget: Held
    """over: P50 over the budget; risk: P90 over; within: P90 within; no data: P50 within, without a P90 to judge by."""
    chance_over_budget: float | None
    budget_spent_on: date | None = None
    """The first day at whose end the plan (P50) has spent more than the budget; None where the budget lasts."""
    capped_share: float | None = None
    """Part of the offered requests that known limits refuse in the busy hour at this scale.

    The month is priced as if they were answered, limits raised; None where no limit is known.
    """
    capped_month_share: float | None = None
    """Part of the month's offered requests that known limits refuse, hour by hour; needs the launch's `hours`."""
    note: str | None = None
    days: list[Days] = []
    """From the launch or the first day to the last one; a new entry where prices change."""

    @property
    def usage(self) -> Decimal:
        """The plan in dollars before its contracts."""
        return self.per_request * self.requests if self.contracts else self.p50

    def plan_at(self, scale: float) -> Decimal:
        """What the plan costs at another multiple: straight in its usage, under its contracts."""
        return billed(self.usage * Decimal(str(scale)) / Decimal(str(self.scale)), self.contracts)


class Sensitivity(Figures):
    """One assumption moved to its low and high end, everything else held: the tornado."""

    assumption: str
    low_label: str
    high_label: str
    low: Decimal
    """Cost of the month at the low end of the assumption."""
    high: Decimal


class Projection(Figures):
    """All months, scales and strategies, and what moves them."""

    months: list[MonthCost]
    tornado: dict[str, list[Sensitivity]]
    """By strategy, for the first full month at 10×."""
    assumptions: list[dict[str, str]]
    """id, value, source, provenance: the register a finance reviewer signs."""
    needed_sessions: int | None
    """Sessions a test needs for ±10 % on cost per session at 95 %."""
    first_full_month: str | None = None
    """The month that reports lead with, as 2026-12; None: the first one listed."""
