"""The measured sessions at one month's prices: what the month would cost if all its sessions were like each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import pyarrow as pa

from simulator.spend.calendar import Month
from simulator.spend.sessions import Basis, Price, known

LEAST_PRICED = 0.95
"""Share of the sessions that must have a price: those without one are seldom like the others."""


@dataclass(frozen=True)
class Sample:
    """Dollars are of the month at 1×; `basis` is the rung that was measured, at whatever scale."""

    basis: Basis
    month: Month
    price: Price

    def months(self, calls: pa.Table | None = None) -> list[Decimal | None]:
        """For each original session, each part of the month at its own prices. `calls`: altered rows of the basis.

        None where a call has no price, never 0.
        """
        stretches = self.month.stretches
        by_stretch = [self.basis.costs(self.price, one.priced_at, calls=calls) for one in stretches]
        rows = (known(row) for row in zip(*by_stretch, strict=True))
        return [
            sum((cost * one.sessions for cost, one in zip(row, stretches, strict=True)), Decimal(0))
            if len(row) == len(stretches)
            else None
            for row in rows
        ]

    def mean(self, calls: pa.Table | None = None) -> Decimal:
        """The month at 1×, over the sessions that could be priced whole."""
        costs = self.costs if calls is None else known(self.months(calls))
        return sum(costs, Decimal(0)) / len(costs)

    @cached_property
    def costs(self) -> list[Decimal]:
        """`months` of the sessions that could be priced whole."""
        return known(self.months())

    @property
    def enough(self) -> bool:
        """Whether so few sessions are without a price that the others can stand for all.

        Where nothing at all was answered, what answers cost is unknown: a month of refusals at $0 is no forecast.
        """
        return bool(self.costs and self.basis.answered) and len(self.costs) >= LEAST_PRICED * len(self.basis.copies)

    @cached_property
    def means(self) -> list[Decimal]:
        """Mean dollars of a session in each stretch of the month."""
        by_stretch = [known(self.basis.costs(self.price, one.priced_at)) for one in self.month.stretches]
        return [sum(costs, Decimal(0)) / len(costs) for costs in by_stretch]

    def call_costs(self, calls: pa.Table) -> list[Decimal]:
        """Of each row, at the prices of the month's mean session; 0 where it has none."""
        total, whole = [Decimal(0)] * len(calls), self.month.sessions
        for one in self.month.stretches:
            for row, cost in enumerate(self.price(calls, one.priced_at)):
                total[row] += (cost or Decimal(0)) * one.sessions / whole
        return total


def only(price: Price, models: frozenset[str]) -> Price:
    """The price of calls of these models; calls of others cost nothing."""

    def of_these(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
        pairs = zip(calls["model"].to_pylist(), price(calls, at), strict=True)
        return [cost if model in models else Decimal(0) for model, cost in pairs]

    return of_these
