"""What a person's work costs: no price page has it, so that the row itself says what a strategy declared."""

from datetime import date, datetime

from simulator.pricing.errors import UnknownTier
from simulator.pricing.rates import Band, Rate, Rates
from simulator.units import parse_usd

_PER_CASE = "/case"


def declared_rates(who: str, *, at: datetime, tier: str | None) -> Rates:
    """One price for one case, from a row's tier: `$4.50/case`. Raises `UnknownTier` for any other text."""
    try:
        cost = parse_usd((tier or "").removesuffix(_PER_CASE))
    except ValueError:
        raise UnknownTier(f"{who}: a person is billed by the case, as in $4.50/case, not by {tier!r}") from None
    price = cost.scaleb(6)
    day: date = at.date()
    rate = Rate("requests", price, price, None, "strategy", "strategy", "assumed: declared by the strategy", day)
    return Rates(who, at, tier, None, (Band(0, {"requests": rate}),))
