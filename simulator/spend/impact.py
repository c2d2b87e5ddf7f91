"""What other prices would do to a bill: the dollar side of `tenfold prices diff` and `update`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from simulator.pricing.book import PriceBook
from simulator.pricing.rates import EXACT
from simulator.spend.bill import Bill, bill


@dataclass(frozen=True, slots=True)
class Impact:
    """The same attempts under two books, in US dollars."""

    before: Bill
    after: Bill

    @property
    def change(self) -> Decimal | None:
        """None where one of both leaves attempts unpriced that the other prices: then the totals do not compare."""
        if self.before.unpriced_calls != self.after.unpriced_calls:
            return None
        return EXACT.subtract(self.after.total, self.before.total)

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
    return Impact(bill(calls, before, at=at), bill(calls, after, at=at))


def _by_model(side: Bill) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for item in side.items:
        totals[item.model] = EXACT.add(totals.get(item.model, Decimal(0)), item.cost)
    return totals
