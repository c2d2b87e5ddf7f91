"""What a model costs at one instant: a price per meter with its origin, for short and for long prompts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import NamedTuple

from simulator.pricing.errors import UnknownMeter
from simulator.pricing.meters import Quantity, is_tokens, parts, priced_by

EXACT = Context(prec=120, traps=[Inexact, InvalidOperation, Overflow])
"""Money is added and multiplied in this: a digit that would be lost is an error."""


def usd_of(quantity: Quantity, usd_per_million: Decimal) -> Decimal:
    """Quantity × price, in US dollars, exact."""
    return EXACT.scaleb(EXACT.multiply(usd_per_million, Decimal(quantity)), -6)


@dataclass(frozen=True, slots=True)
class Rate:
    """One price with where it comes from. US dollars per million units."""

    meter: str
    list_usd_per_million: Decimal
    """The vendor's price, for this tier, place and length of prompt."""
    usd_per_million: Decimal
    """The price after the contract's discount: what is billed."""
    since: date | None
    """First day of the entry, from 00:00 UTC; None where nobody knows since when."""
    layer: str
    place: str
    """`file:line` of the entry."""
    source: str
    as_of: date
    """When somebody last read the source; of the catalogue, the day on which it was locked."""
    steps: tuple[str, ...] = ()
    """What changed the entry's own price, in order."""
    minimum: Quantity = 0
    """The least units that one request is billed where it uses the meter at all."""
    verify: str | None = None
    """What is uncertain about the price; None where nothing is."""

    def times(self, factor: Decimal, step: str) -> "Rate":
        """The list price, and with it the billed one, by a factor of the vendor."""
        return replace(
            self,
            list_usd_per_million=EXACT.multiply(self.list_usd_per_million, factor),
            usd_per_million=EXACT.multiply(self.usd_per_million, factor),
            steps=(*self.steps, step),
        )

    def less(self, discount: Decimal, step: str) -> "Rate":
        """The billed price less a share of it; the list price stays."""
        return replace(
            self, usd_per_million=EXACT.multiply(self.usd_per_million, 1 - discount), steps=(*self.steps, step)
        )

    def backdated(self, day: date) -> bool:
        """Whether it is only assumed for a day: nobody says since when it holds, and it was read later than that."""
        return self.since is None and day < self.as_of

    def cost(self, quantity: Quantity) -> Decimal:
        """US dollars, exact."""
        return usd_of(quantity, self.usd_per_million)


class Band(NamedTuple):
    """The prices of requests whose whole prompt has `first` tokens or more, up to the next band."""

    first: int
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Rates:
    """All prices of one model at one instant, tier and place."""

    model: str
    """`provider/model`, as the book writes it."""
    at: datetime
    tier: str | None
    geo: str | None
    bands: tuple[Band, ...]
    """In order of `first`; the first one starts at 0."""

    @property
    def standard(self) -> Mapping[str, Rate]:
        """Prices of a prompt that is not long."""
        return self.bands[0].rates

    @property
    def by_token(self) -> bool:
        """Whether a request's tokens matter; a price by the case needs none."""
        return any(is_tokens(meter) for band in self.bands for meter in band.rates)

    def for_prompt(self, input_tokens: Quantity) -> Mapping[str, Rate]:
        """The prices of a request by its whole prompt, cached parts included."""
        return next(band.rates for band in reversed(self.bands) if band.first <= input_tokens)

    def cost(self, usage: Mapping[str, Quantity]) -> list[tuple[Rate, Quantity, Decimal]]:
        """What one request's usage costs: (rate, quantity, dollars) per meter that was used.

        Raises `UnknownMeter` where something used has no price, `BadUsage` where counts contradict each other.
        """
        rates = self.for_prompt(usage.get("input_tokens", 0))
        billed = ((self.rate_of(meter, rates), count) for meter, count in parts(usage).items())
        return [(rate, max(count, rate.minimum), rate.cost(max(count, rate.minimum))) for rate, count in billed]

    def rate_of(self, meter: str, rates: Mapping[str, Rate]) -> Rate:
        """The rate that bills a meter, under the meter's own name."""
        payer = priced_by(meter, rates)
        if payer is None:
            raise UnknownMeter(
                f"{self.model} has no price for {meter} on {self.at:%Y-%m-%d}; add one to your price book"
            )
        rate = rates[payer]
        return rate if payer == meter else replace(rate, meter=meter, steps=(*rate.steps, f"priced as {payer}"))
