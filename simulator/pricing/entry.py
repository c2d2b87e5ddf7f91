"""The prices of one model as they stand in a file: dated entries with the conditions that change them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from simulator.pricing.hours import Hours
from simulator.pricing.meters import is_tokens, meters
from simulator.units import Usd
from simulator.yamlfile import FileModel


def _meter(name: str) -> str:
    if name not in meters():
        raise ValueError(f"unknown meter {name!r}; known: {', '.join(meters())}")
    return name


def _factor(value: object) -> Decimal:
    try:
        factor = Decimal(str(value))
    except InvalidOperation:
        factor = Decimal(0)
    if isinstance(value, float) or not (factor.is_finite() and factor > 0):
        raise ValueError(f"a factor is a number of more than 0, got {value}")
    return factor


MeterName = Annotated[str, AfterValidator(_meter)]
Factor = Annotated[Decimal, BeforeValidator(_factor)]
Prices = dict[MeterName, Usd]


class Source(FileModel):
    """Where somebody read a price, and when."""

    url: str | None = None
    doc: str | None = None
    """A document's name or hash where there is no page."""
    as_of: date
    by: str | None = None
    verify: str | None = None
    """What is uncertain about it, in a few words; reports show it beside the price."""

    @property
    def text(self) -> str:
        return self.url or self.doc or "not given"

    @model_validator(mode="after")
    def _said(self) -> "Source":
        if not (self.url or self.doc):
            raise ValueError("a price needs a source: give url or doc")
        return self


class Sheet(FileModel):
    """Prices per meter, in the unit that the vendor's page uses."""

    usd_per_million: Prices = {}
    usd_per_thousand: Prices = {}
    usd_per_unit: Prices = {}
    minimum_units: dict[MeterName, Factor] = {}
    """The least that one request is billed where it uses the meter at all, as five minutes of code execution."""

    def per_million(self) -> dict[str, Decimal]:
        """US dollars per million units, exact."""
        scaled = ((self.usd_per_million, 0), (self.usd_per_thousand, 3), (self.usd_per_unit, 6))
        return {meter: price.scaleb(power) for prices, power in scaled for meter, price in prices.items()}

    @model_validator(mode="after")
    def _once(self) -> "Sheet":
        names = [*self.usd_per_million, *self.usd_per_thousand, *self.usd_per_unit]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"priced twice: {', '.join(sorted(twice))}")
        if tokens := sorted(filter(is_tokens, self.minimum_units)):
            raise ValueError(
                f"minimum_units are for fees, not for {tokens[0]}: tokens are summed before they are priced"
            )
        return self


class LongContext(Sheet):
    """Prices of a whole request whose prompt is long. The side of the boundary is the vendor's own."""

    over: int | None = Field(default=None, ge=0)
    """Holds from one token more."""
    at_least: int | None = Field(default=None, ge=1)
    """Holds from this very number."""
    scale: dict[MeterName, Factor] = {}
    """Factors on the entry's own prices, for meters that are not priced here."""

    @property
    def first(self) -> int:
        """The smallest prompt, in tokens, that pays these prices."""
        return self.at_least if self.at_least is not None else (self.over or 0) + 1

    @model_validator(mode="after")
    def _side(self) -> "LongContext":
        if (self.over is None) == (self.at_least is None):
            raise ValueError("say `over: N` (more than N tokens) or `at_least: N` (N tokens or more)")
        return self


class Tier(Sheet):
    """A service tier: its own prices, or one factor on the standard ones."""

    scale: Factor | None = None
    meters: tuple[MeterName, ...] | None = None
    """What the factor holds for; all token meters if not given."""
    excludes: tuple[str, ...] = ()
    """Tiers that it cannot be combined with."""
    long_context: tuple[LongContext, ...] = ()

    def scales(self, meter: str) -> bool:
        return self.scale is not None and (meter in self.meters if self.meters is not None else is_tokens(meter))

    @model_validator(mode="after")
    def _either(self) -> "Tier":
        if (self.scale is None) == (not self.per_million()):
            raise ValueError("a tier has prices or a scale, one of both")
        if self.scale is not None and self.long_context:
            raise ValueError("a tier with a scale takes the entry's own long_context; leave it out")
        return self


class Window(Hours, Sheet):
    """Hours with other prices."""

    scale: Factor | None = None

    @model_validator(mode="after")
    def _either(self) -> "Window":
        if (self.scale is None) == (not self.per_million()):
            raise ValueError("a window has prices or a scale, one of both")
        return self


class GpuHours(FileModel):
    """A model on machines of one's own: what an hour costs and what it does. Measure both at your latency objective."""

    usd_per_hour: Usd
    """Of one GPU with its share of the machine, used or not."""
    gpus: Annotated[int, Field(ge=1)] = 1
    input_tokens_per_second: Factor
    """All GPUs together, while they do nothing else."""
    output_tokens_per_second: Factor
    utilisation: Factor
    """Share of the hours in which there is work: idle hours are paid by the others."""
    measured_in: str
    """The run or benchmark, or `assumed`."""

    def per_million(self) -> dict[str, Decimal]:
        """US dollars per million tokens: price of a busy second ÷ tokens in it, to a billionth of a dollar."""
        second = self.usd_per_hour * self.gpus / 3600 / self.utilisation
        rates = {"input_tokens": self.input_tokens_per_second, "output_tokens": self.output_tokens_per_second}
        return {meter: round(second * 10**6 / tokens, 9) for meter, tokens in rates.items()}

    @model_validator(mode="after")
    def _share(self) -> "GpuHours":
        if self.utilisation > 1:
            raise ValueError(f"utilisation is a share of at most 1, got {self.utilisation}")
        return self


class Entry(Sheet):
    """The prices from a date on, until the next entry."""

    from_: Annotated[date | None, Field(alias="from")]
    """First day, from 00:00 UTC; null where nobody knows since when."""
    long_context: tuple[LongContext, ...] = ()
    tiers: dict[str, Tier] = {}
    windows: tuple[Window, ...] = ()
    gpu_hours: GpuHours | None = None
    """Prices that follow from machines of one's own, in place of a vendor's."""

    def per_million(self) -> dict[str, Decimal]:
        return (self.gpu_hours.per_million() if self.gpu_hours else {}) | super().per_million()

    @model_validator(mode="after")
    def _unambiguous(self) -> "Entry":
        if self.long_context and any(window.scale is None for window in self.windows):
            raise ValueError("beside long_context a window takes a scale, not prices")
        return self


class ModelPrices(FileModel):
    """One model of one provider, with its entries in order of date."""

    model: Annotated[str, Field(pattern=r"^[^/\s]+/\S+$", examples=["openai/gpt-4o"])]
    names: tuple[str, ...] = ()
    """Other names that requests use for it, exactly."""
    source: Source
    prices: tuple[Entry, ...] = Field(min_length=1)

    @property
    def provider(self) -> str:
        return self.model.partition("/")[0]

    @property
    def id(self) -> str:
        return self.model.partition("/")[2]

    def in_force(self, day: date) -> tuple[int, Entry] | None:
        """Index and entry that hold on a day; None before the first one."""
        held = [(index, entry) for index, entry in enumerate(self.prices) if entry.from_ is None or entry.from_ <= day]
        return held[-1] if held else None

    def changes_after(self, day: date) -> Iterator[date]:
        """The days on which prices change later than `day`."""
        return (entry.from_ for entry in self.prices if entry.from_ is not None and entry.from_ > day)

    @model_validator(mode="after")
    def _ordered(self) -> "ModelPrices":
        starts = [entry.from_ for entry in self.prices]
        if any(start is None for start in starts[1:]):
            raise ValueError("only the first entry may start at null")
        days = [start for start in starts if start is not None]
        if days != sorted(set(days)):
            raise ValueError("entries must be in order of their dates, each date once")
        return self
