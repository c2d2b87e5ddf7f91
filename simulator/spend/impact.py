"""What other prices would do to a bill: the dollar side of `tenfold prices diff` and `update`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from simulator.pricing.book import PriceBook
from simulator.pricing.rates import EXACT
from simulator.spend.bill import Bill, bill, call_costs


@dataclass(frozen=True, slots=True)
class Impact:
    """The same attempts under two books, in US dollars."""

    before: Bill
    after: Bill
    same_calls: bool
    """Both price the same attempts; otherwise the totals do not compare."""

    @property
    def change(self) -> Decimal | None:
        """None where one of both leaves attempts unpriced that the other prices."""
        return EXACT.subtract(self.after.total, self.before.total) if self.same_calls else None

    @property
    def by_model(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Model → (before, after)."""
        sides = [_by_model(side) for side in (self.before, self.after)]
        return {
            model: (sides[0].get(model, Decimal(0)), sides[1].get(model, Decimal(0)))
            for model in sorted({*sides[0], *sides[1]})
        }


def impact(calls: pa.Table, before: PriceBook, after: PriceBook, *, at: datetime) -> Impact:
    """Bill the attempts of a run twice, at the prices of `at`."""
    unpriced, theirs = ([cost is None for cost in call_costs(calls, book, at=at)] for book in (before, after))
    return Impact(bill(calls, before, at=at), bill(calls, after, at=at), same_calls=unpriced == theirs)


def _by_model(side: Bill) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for item in side.items:
        totals[item.model] = EXACT.add(totals.get(item.model, Decimal(0)), item.cost)
    return totals
