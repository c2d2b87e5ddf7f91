"""What a running replay has spent: only to stop in time. The bill is made elsewhere."""

from collections.abc import Iterable
from decimal import Decimal

from simulator.calls import HUMAN, Call
from simulator.strategies.effects import EMBED, Ask
from simulator.strategies.tariff import Tariff
from simulator.traffic.request import Request


class Spend:
    """Sums the cost of attempts. A person's case is left out: its price is declared, and a test pays nobody."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self.usd = Decimal(0)

    def add(self, calls: Iterable[Call]) -> None:
        """Count what rows report or estimate."""
        self.usd += sum((self._tariff.cost(call.model, call) for call in calls if call.provider != HUMAN), Decimal(0))

    def at_most(self, open_: Iterable[tuple[Request, Ask]]) -> Decimal:
        """What attempts in flight will cost if they go as planned, without any cache."""
        return sum((self._planned(request, ask) for request, ask in open_ if ask.takes_s is None), Decimal(0))

    def _planned(self, request: Request, ask: Ask) -> Decimal:
        return self._tariff.planned(
            ask.model,
            input_tokens=ask.prompt_tokens(request),
            output_tokens=0 if ask.purpose == EMBED else ask.max_output_tokens or request.output_tokens,
        )
