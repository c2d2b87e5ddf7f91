"""What changes prices of many models at once: regional uplifts of a vendor, and discounts that a buyer negotiated."""

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from simulator.pricing.entry import Factor, ModelPrices, Sheet, Source
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
        begun = self.from_ is None or self.from_ <= day
        ended = self.to is not None and self.to <= day
        named = any(fnmatchcase(prices.id, pattern) for pattern in self.models)
        return self.provider == prices.provider and named and begun and not ended

    @model_validator(mode="after")
    def _forward(self) -> "Terms":
        if self.from_ and self.to and self.to <= self.from_:
            raise ValueError(f"ends on {self.to} before it begins on {self.from_}; `to` is the first day without it")
        return self


class Uplift(Terms):
    """A vendor's factor on token prices for where a request is served."""

    geo: str
    scale: Factor


def _below_one(discount: Decimal) -> Decimal:
    if discount >= 1:
        raise ValueError(f"a discount is a share below 1, got {discount}; write 0.12 for 12 %")
    return discount


class Contract(Terms):
    """A negotiated discount. The list price stays as it is."""

    id: str
    discount: Annotated[Usd, AfterValidator(_below_one)]
    """Share of the list price, as a quoted decimal: "0.12"."""


class Fee(Terms, Sheet):
    """Prices that a vendor asks beside the models' own, as for runtime; an entry's own price goes before."""
