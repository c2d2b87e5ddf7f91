"""What attempts cost while a strategy runs, roughly and never too little: to stop or degrade in time, not to bill."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

_MILLION = Decimal(1_000_000)
_CACHED = ("cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")

UsdPerMillion = Mapping[str, Mapping[str, str]]
"""Model → usage meter → decimal text: the rates of the shortest prompt at the standard tier."""


class Counts(Protocol):
    """Tokens of an attempt, as rows of the ledger name them; None is unknown."""

    @property
    def input_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...


class Tariff:
    """Rates of the models that may be asked. A meter without a rate of its own costs what plain input does."""

    def __init__(self, usd_per_million: UsdPerMillion) -> None:
        self._rates = {
            model: {meter: Decimal(rate) for meter, rate in meters.items()} for model, meters in usd_per_million.items()
        }

    def cost(self, model: str, counts: Counts) -> Decimal:
        """US dollars of what was reported or estimated; an attempt without tokens was refused and costs nothing."""
        rates = self._rates[model]
        rest, cost = counts.input_tokens or 0, Decimal(0)
        for meter in _CACHED:
            tokens = getattr(counts, meter, None) or 0
            rest -= tokens
            cost += tokens * rates.get(meter, rates["input_tokens"])
        cost += rest * rates["input_tokens"]
        if counts.output_tokens:
            cost += counts.output_tokens * rates["output_tokens"]
        return cost / _MILLION

    def planned(self, model: str, *, input_tokens: int, output_tokens: int) -> Decimal:
        """US dollars of a call as planned, without any cache."""
        rates = self._rates[model]
        written = output_tokens * rates["output_tokens"] if output_tokens else Decimal(0)
        return (input_tokens * rates["input_tokens"] + written) / _MILLION
