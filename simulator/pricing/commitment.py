"""Capacity or spend that is paid for whether it is used or not: PTUs, GSUs, model units, GPU hours, prepaid spend."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from simulator.pricing.entry import MeterName, Source
from simulator.units import Duration, Usd
from simulator.yamlfile import FileModel

HOURS_PER_MONTH = 730
"""The convention of cloud price pages (8,760 ÷ 12); printed wherever it is used."""


class Paid(FileModel):
    """What one unit costs."""

    per: Literal["unit_hour", "unit_month"]
    usd: Usd

    @property
    def usd_per_month(self) -> Decimal:
        """A month counts 730 hours."""
        return self.usd * HOURS_PER_MONTH if self.per == "unit_hour" else self.usd


class Burn(FileModel):
    """What a unit of each meter takes from the capacity; a meter that is not named takes nothing."""

    weights: dict[MeterName, Decimal] = Field(min_length=1)
    """Of each part alone: `input_tokens` without cached ones, which PTUs do not count."""
    long_prompt_over: int | None = None
    long_prompt_factor: Decimal = Decimal(1)
    """On the sent tokens of a prompt of more than `long_prompt_over` tokens."""


class Capacity(FileModel):
    """How much burn one unit takes. For GPUs: measured at the latency objective, not a data sheet's."""

    per_unit_per_minute: PositiveInt
    measured_in: str | None = None
    """The run or benchmark that measured it."""


class Commitment(FileModel):
    """So many units of capacity for one model, from a day until before another."""

    id: str
    kind: Literal["ptu", "gsu", "model_unit", "gpu_hours"]
    model: str
    units: PositiveInt
    minimum: PositiveInt = 1
    increment: PositiveInt = 1
    price: Paid
    capacity: Capacity
    burn: Burn
    window: Duration = 60.0
    """Over how long the capacity is counted."""
    overhead_usd_per_month: Usd = Decimal(0)
    """People and storage that come with it."""
    from_: Annotated[date, Field(alias="from")]
    to: date | None = None
    shares: dict[str, PositiveInt] = {}
    """Units by team; they add up to all units."""
    source: Source

    def holds(self, day: date) -> bool:
        return self.from_ <= day and (self.to is None or day < self.to)

    def usd_per_month(self, units: int) -> Decimal:
        """What `units` cost a month, used or not, with the overhead."""
        return units * self.price.usd_per_month + self.overhead_usd_per_month

    @model_validator(mode="after")
    def _buyable(self) -> "Commitment":
        if self.to is not None and self.to <= self.from_:
            raise ValueError(f"ends on {self.to} before it begins on {self.from_}; `to` is the first day without it")
        if self.units < self.minimum or (self.units - self.minimum) % self.increment:
            steps = f"{self.minimum}, {self.minimum + self.increment}, {self.minimum + 2 * self.increment}, …"
            raise ValueError(f"{self.units} units cannot be bought; buy {steps}")
        if self.shares and sum(self.shares.values()) != self.units:
            raise ValueError(f"shares add up to {sum(self.shares.values())} of {self.units} units")
        return self
