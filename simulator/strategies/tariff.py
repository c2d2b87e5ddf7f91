"""What attempts cost while a strategy runs, roughly and never too little: to stop or degrade in time, not to bill."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

_MILLION = Decimal(1_000_000)
_CACHED = ("cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")

UsdPerMillion = Mapping[str, Mapping[str, str]]
"""Model → usage meter → decimal text. `input_tokens@272001` is the rate of prompts of so many tokens or more."""
Bands = list[tuple[int, dict[str, Decimal]]]
"""The smallest prompt and the rates of all meters from there on, the longest prompts first."""


class Counts(Protocol):
    """Tokens of an attempt, as rows of the ledger name them; None is unknown."""

    @property
    def input_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...


class Tariff:
    """Rates of the models that may be asked. A meter without a rate of its own costs what plain input does."""

    def __init__(self, usd_per_million: UsdPerMillion) -> None:
        self._bands = {model: _bands(meters) for model, meters in usd_per_million.items()}

    def cost(self, model: str, counts: Counts) -> Decimal:
        """US dollars of what was reported or estimated; an attempt without tokens was refused and costs nothing."""
        rates = self._rates(model, counts.input_tokens or 0)
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
        rates = self._rates(model, input_tokens)
        written = output_tokens * rates["output_tokens"] if output_tokens else Decimal(0)
        return (input_tokens * rates["input_tokens"] + written) / _MILLION

    def _rates(self, model: str, prompt: int) -> dict[str, Decimal]:
        return next(rates for first, rates in self._bands[model] if first <= prompt)


def _bands(meters: Mapping[str, str]) -> Bands:
    """A longer prompt is past the shorter bounds too: it pays what they ask of a meter unless its own says more."""
    bands: dict[int, dict[str, Decimal]] = {0: {}}
    for key, rate in meters.items():
        meter, _, start = key.partition("@")
        bands.setdefault(int(start or 0), {})[meter] = Decimal(rate)
    found: Bands = []
    for first in sorted(bands):
        found.insert(0, (first, (found[0][1] if found else {}) | bands[first]))
    return found
