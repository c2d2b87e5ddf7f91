"""One rung in virtual time: the provider, its clock, and the rows that are written on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from simulator.calls import HUMAN, Call, RequestRow
from simulator.provider.engine import Answer, Order, Provider, Refusal
from simulator.provider.limits.style import tightest_tokens
from simulator.provider.profile import Profile
from simulator.provider.structured import Format
from simulator.rehearsal.clock import Clock
from simulator.scenario.quality import Validator
from simulator.strategies.effects import Ask
from simulator.strategies.tariff import Tariff


class Caller(Protocol):
    """Who waits for an answer."""

    def heard(self, *, done: bool) -> None:
        """The first token is there, or with `done` the last."""


@dataclass(slots=True)
class Stage:
    """`memory` is what the strategy's nodes share during the rung. Timeouts are the client's, where an ask has none."""

    profile: Profile
    strategy: str
    scale: float
    seed: int
    first_token_timeout_s: float | None = None
    total_timeout_s: float | None = None
    tariff: Tariff | None = None
    """Only where the strategy decides by what attempts cost."""
    form: Format | None = None
    """What the requests for answers ask for, where they ask for more than text."""
    validator: Validator | None = None
    reads: bool = False
    """Whether anybody reads answers: else their text is not made."""
    clock: Clock = field(default_factory=Clock)
    memory: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    requests: list[RequestRow] = field(default_factory=list)
    provider: Provider = field(init=False)
    _armed: float = float("inf")
    _waiting: dict[Answer, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.provider = Provider(self.profile, seed=self.seed)

    def offer(self, model: str, order: Order, caller: Caller) -> Answer | Refusal:
        """Send an order now; `caller` hears of its answer."""
        taken = self.provider.offer(model, order, self.clock.now)
        if isinstance(taken, Answer):
            self._waiting[taken] = caller
            self._arm()
        return taken

    def cost(self, ask: Ask, row: Call) -> Decimal | None:
        """What an attempt cost by the tariff; a person's case is no matter of it."""
        return None if self.tariff is None or ask.provider == HUMAN else self.tariff.cost(ask.model, row)

    def leave(self, model: str, answer: Answer, noticed: Callable[[], None]) -> None:
        """The caller stops waiting and hears nothing more, but when the provider notices and stops writing."""
        if self._waiting.pop(answer, None):
            notice = self.profile.cancel.notice
            if notice:
                self.clock.at(self.clock.now + notice, self._stop, model, answer, noticed)
            else:
                self._stop(model, answer, noticed)

    def _stop(self, model: str, answer: Answer, noticed: Callable[[], None]) -> None:
        self.provider.engines[model].cancel(answer, self.clock.now)
        self._arm()
        noticed()

    def remaining(self, model: str, order: Order) -> dict[str, int]:
        """What an order that was just offered left in its account's buckets, as headers tell it."""
        now = self.clock.now
        standings = self.provider.engines[model].quotas.of(order.account, now).standings(now)
        tightest = tightest_tokens(standings)
        if tightest is None:
            return {}
        return {"requests": standings["requests"].remaining, "tokens": tightest.remaining}

    def _turn(self, armed: float) -> None:
        if armed != self._armed:
            return  # something sooner came in between, and has set its own turn
        self._armed = float("inf")
        for _, answer, done in list(self.provider.advance(self.clock.now)):
            caller = self._waiting.pop(answer, None) if done else self._waiting.get(answer)
            if caller:  # one told before may have cancelled it
                caller.heard(done=done)
        self._arm()

    def _arm(self) -> None:
        soonest = self.provider.next_at()
        if soonest < self._armed:
            self._armed = soonest
            self.clock.at(soonest, self._turn, soonest)
