"""What changes prices of many models at once: regional uplifts of a vendor, and discounts that a buyer negotiated."""

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from simulator.pricing.entry import Factor, MeterName, ModelPrices, Sheet, Source
from simulator.units import Usd
from simulator.yamlfile import FileModel


class Terms(FileModel):
    """Which models, and from when until before when."""

    provider: str
    models: tuple[str, ...] = ("*",)
    """Model ids, with `*` for any text."""
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None
    """The first day on which it holds no longer."""
    source: Source

    def holds(self, prices: ModelPrices, day: date) -> bool:
        """Whether it concerns a model on a day."""
        return self.names(prices.model) and self.open_on(day)

    def names(self, model: str) -> bool:
        """Whether it is about `provider/model`, at whatever time."""
        provider, _, name = model.partition("/")
        return self.provider == provider and any(fnmatchcase(name, pattern) for pattern in self.models)

    def open_on(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day < self.to)

    @model_validator(mode="after")
    def _forward(self) -> "Terms":
        if self.from_ and self.to and self.to <= self.from_:
            raise ValueError(f"ends on {self.to} before it begins on {self.from_}; `to` is the first day without it")
        return self


class Uplift(Terms):
    """A vendor's factor on token prices for where a request is served."""

    geo: tuple[str, ...] = Field(min_length=1)
    """Places, as requests name them."""
    scale: Factor
    """1 where a place is known to cost the same."""


class FreePool(Terms):
    """Units of a meter that cost nothing in each calendar month (UTC), over all the models together."""

    meter: MeterName
    units_per_month: Factor


class VolumeBand(FileModel):
    """A part of a month's spend and the discount that holds within it, not before it."""

    up_to: Usd | None = None
    """US dollars of the month's spend; null for the last band."""
    discount: Usd


def _below_one(discount: Decimal) -> Decimal:
    if discount >= 1:
        raise ValueError(f"a discount is a share below 1, got {discount}; write 0.12 for 12 %")
    return discount


class Contract(Terms):
    """A negotiated discount. The list price stays as it is."""

    id: str
    discount: Annotated[Usd, AfterValidator(_below_one)]
    """Share of the list price, as a quoted decimal: "0.12"."""
    volume: tuple[VolumeBand, ...] = ()
    """Graduated: each band's discount holds for the spend of the month that lies in the band."""
    minimum_usd_per_month: Usd = Decimal(0)
    """What the month costs at least: prepaid or committed spend."""

    @model_validator(mode="after")
    def _ascending(self) -> "Contract":
        tops = [band.up_to for band in self.volume]
        if tops and (tops[-1] is not None or None in tops[:-1]):
            raise ValueError("every volume band but the last has an up_to, the last has none")
        bounds = [top for top in tops if top is not None]
        if bounds != sorted(set(bounds)) or any(band.discount >= 1 for band in self.volume):
            raise ValueError("volume bands ascend, and their discounts are below 1")
        return self

    def rebate(self, spend: Decimal) -> Decimal:
        """What a month's spend gives back through its volume bands, in US dollars."""
        back, bottom = Decimal(0), Decimal(0)
        for band in self.volume:
            top = spend if band.up_to is None else min(spend, band.up_to)
            back += max(top - bottom, Decimal(0)) * band.discount
            bottom = top
        return back


class Fee(Terms, Sheet):
    """Prices that a vendor asks beside the models' own, as for runtime; an entry's own price goes before."""
