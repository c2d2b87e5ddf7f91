"""What a running replay has spent, roughly and never too little: only to stop in time. The bill is made elsewhere."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from simulator.calls import HUMAN, Call
from simulator.strategies.effects import EMBED, Ask
from simulator.traffic.request import Request

_MILLION = Decimal(1_000_000)
_CACHED = ("cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")

UsdPerMillion = Mapping[str, Mapping[str, str]]
"""Model → usage meter → decimal text."""


class Spend:
    """Sums the cost of attempts at the plan's rates. A meter without a rate of its own costs what plain input does."""

    def __init__(self, usd_per_million: UsdPerMillion) -> None:
        self._rates = {
            model: {meter: Decimal(rate) for meter, rate in meters.items()} for model, meters in usd_per_million.items()
        }
        self.usd = Decimal(0)

    def add(self, calls: Iterable[Call]) -> None:
        """Count the tokens that rows report or estimate; a row without tokens was refused and costs nothing.

        A person's case is left out: its price is declared, and nobody is paid by a test.
        """
        for call in calls:
            if call.provider == HUMAN:
                continue
            rates = self._rates[call.model]
            rest, cost = call.input_tokens or 0, Decimal(0)
            for meter in _CACHED:
                tokens = getattr(call, meter) or 0
                rest -= tokens
                cost += tokens * rates.get(meter, rates["input_tokens"])
            cost += rest * rates["input_tokens"]
            if call.output_tokens:
                cost += call.output_tokens * rates["output_tokens"]
            self.usd += cost / _MILLION

    def at_most(self, open_: Iterable[tuple[Request, Ask]]) -> Decimal:
        """What attempts in flight will cost if they go as planned, without any cache."""
        total = Decimal(0)
        for request, ask in open_:
            if ask.takes_s is not None:
                continue
            rates = self._rates[ask.model]
            prompt = ask.seen_tokens(request) + ask.instructions_tokens
            total += prompt * rates["input_tokens"]
            if ask.purpose != EMBED:
                total += (ask.max_output_tokens or request.output_tokens) * rates["output_tokens"]
        return total / _MILLION
