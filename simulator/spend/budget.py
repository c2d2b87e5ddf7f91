"""What may be spent in a month, held against what the month is projected to cost. No budget has no verdict."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from simulator.run.percentiles import Floats
from simulator.spend.calendar import Month
from simulator.spend.contracted import ContractTerm, billed

Held = Literal["within", "risk", "over", "no data", "no budget"]


def verdict(budget: Decimal | None, *, p50: Decimal, p90: Decimal | None) -> Held:
    """over: the plan itself costs more; risk: P90 does. The budget itself may be spent.

    Without an interval a plan within its budget is no data: no data is not a pass (house rule 8).
    """
    if budget is None:
        return "no budget"
    if p50 > budget:
        return "over"
    if p90 is None:
        return "no data"
    return "risk" if p90 > budget else "within"


def chance_over(budget: Decimal | None, draws: Floats | None) -> float | None:
    """Share of the drawn months that cost more; None without draws."""
    return None if draws is None or budget is None else float((draws > float(budget)).mean())


def spent_on(
    budget: Decimal | None,
    month: Month,
    *,
    means: Sequence[Decimal],
    scale: float,
    contracts: Sequence[ContractTerm] = (),
) -> date | None:
    """The first day at whose end the plan has spent more than the budget; `means`: dollars a session, per stretch.

    A contract's minimum is due from the first day, its volume discounts as the month fills their bands.
    """
    usage = Decimal(0)
    for stretch, mean in zip(month.stretches, means, strict=True):
        for number, sessions in enumerate(stretch.daily):
            usage += sessions * Decimal(str(scale)) * mean
            if budget is not None and billed(usage, contracts) > budget:
                return stretch.first + timedelta(days=number)
    return None
