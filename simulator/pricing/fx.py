"""Other currencies into US dollars: a rate with its date, method and source, never a guess."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from simulator.pricing.entry import Factor, Source
from simulator.yamlfile import FileModel


class Fx(FileModel):
    """US dollars for one unit of a currency, from a day on until the next entry of that currency."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
    usd: Factor
    from_: Annotated[date, Field(alias="from")]
    method: Literal["spot", "period-average", "month-end", "invoice"]
    source: Source

    def holds(self, currency: str, day: date) -> bool:
        return self.currency == currency and self.from_ <= day


def usd_rate(entries: tuple[Fx, ...], currency: str, day: date) -> Decimal | None:
    """US dollars for one unit on a day; None where no entry says."""
    if currency.upper() == "USD":
        return Decimal(1)
    held = [one for one in entries if one.holds(currency.upper(), day)]
    return max(held, key=lambda one: one.from_).usd if held else None
