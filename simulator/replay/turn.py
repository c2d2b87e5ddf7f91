"""One planned request while it is served: a strategy's generator, run against live attempts."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.calls import Outcome
from simulator.replay.attempt import Attempt, Exhausted
from simulator.replay.row import retry_after, usage
from simulator.strategies.effects import Ask, Effect, Race, Reply, Serving, Turn, Wait
from simulator.traffic.request import Request

if TYPE_CHECKING:
    from simulator.replay.share import Share

_NS = 1_000_000_000


class LiveTurn:
    """Callbacks all the way: no greenlet waits. `done` is called once, with the turn settled."""

    def __init__(
        self, share: "Share", request: Request, *, scheduled_ns: int, done: Callable[["LiveTurn"], None]
    ) -> None:
        self.share = share
        self.request = request
        self.scheduled_ns = scheduled_ns
        self.due_from = "plan" if request.turn == 1 else "previous"
        self.attempts: list[Attempt] = []
        self.outcome: Outcome | None = None
        self.served_call_id: str | None = None
        self.ended_ns = scheduled_ns
        self._done = done
        self._open: set[Attempt] = set()
        self._last_call_id: str | None = None
        self._serving: Serving | None = None

    def start(self) -> None:
        """Begin to serve; called when the request is due."""
        self.ended_ns = self.share.client.pacer.now()
        turn = Turn(self.request, self.share.seed, self.seconds(self.scheduled_ns), self.share.memory)
        self._serving = self.share.strategy.serve(turn)
        self._advance(None)

    def cancel(self) -> None:
        """Cut it: what is open becomes cancelled, and so does the request."""
        self.cancel_open()
        self._settle(Outcome.CANCELLED, None, self.share.client.pacer.now())

    def cancel_open(self) -> None:
        """Stop every attempt that is still in flight."""
        for attempt in list(self._open):
            attempt.cancel()
        self._open.clear()

    def open_asks(self) -> Iterator[tuple[Request, Ask]]:
        """What this turn has in flight."""
        return ((self.request, attempt.ask) for attempt in self._open)

    def seconds(self, when_ns: int) -> float:
        """Since the rung's start."""
        return (when_ns - self.share.start_ns) / _NS

    def ask(self, ask: Ask, done: Callable[[Reply], None]) -> Attempt:
        """Send; a connection that the target had closed unseen is replaced once, as an attempt of its own."""
        return self._send(ask, done, resend=0)

    def _send(self, ask: Ask, done: Callable[[Reply], None], *, resend: int) -> Attempt:
        attempt = Attempt(self.share.client, self.request, ask, after=self._last_call_id, resend=resend)

        def ended(attempt: Attempt) -> None:
            self._open.discard(attempt)
            self._last_call_id = attempt.call_id
            if attempt.outcome is Outcome.STALE_CONNECTION and not resend and self.outcome is None:
                self.guarded(lambda: self._send(ask, done, resend=1))
            else:
                done(self.reply(attempt))

        self._open.add(attempt)
        self.attempts.append(attempt)  # before it starts: it may end at once
        try:
            attempt.start(ended)
        except Exhausted:
            self._open.discard(attempt)
            self.attempts.remove(attempt)
            raise
        return attempt

    def guarded(self, send: Callable[[], Any]) -> None:
        """A request that this machine cannot send is dropped: a fault of the load generator, never of the target."""
        try:
            send()
        except Exhausted:
            self._settle(Outcome.DROPPED, None, self.share.client.pacer.now())

    def _advance(self, reply: Reply | None) -> None:
        if self.outcome is not None or self._serving is None:
            return
        if reply is not None:
            self.ended_ns = round(reply.ended_at * _NS) + self.share.start_ns
        try:
            effect = self._serving.send(reply)
        except StopIteration as stop:
            answer: Reply = stop.value
            self._settle(answer.outcome, answer, self.ended_ns)
            return
        self.guarded(lambda: self._do(effect))

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, Ask):
            self.ask(effect, self._advance)
        elif isinstance(effect, Wait):
            self.share.client.pacer.after(effect.seconds, self._waited)
        else:
            LiveRace(self, effect, self._advance).next()

    def _waited(self) -> None:
        self.ended_ns = self.share.client.pacer.now()
        self._advance(None)

    def _settle(self, outcome: Outcome, answer: Reply | None, ended_ns: int) -> None:
        if self.outcome is not None:
            return
        self.outcome = outcome
        self.ended_ns = ended_ns
        if self._serving is not None:
            self._serving.close()
            self._serving = None
        for attempt in self.attempts:
            attempt.served = answer is not None and answer.ok and attempt.call_id == answer.call_id
            if attempt.served:
                self.served_call_id = attempt.call_id
        self._done(self)

    def reply(self, attempt: Attempt) -> Reply:
        """What the strategy is told of an attempt."""
        told = attempt.reading.usage
        return Reply(
            ask=attempt.ask,
            call_id=attempt.call_id,
            outcome=attempt.outcome or Outcome.CANCELLED,
            status=attempt.status,
            text=attempt.reading.text,
            valid=attempt.valid,
            input_tokens=told.input_tokens if told else None,
            output_tokens=told.output_tokens if told else None,
            retry_after_s=retry_after(attempt.answer_headers),
            sent_at=self.seconds(attempt.sent_ns),
            ended_at=self.seconds(attempt.ended_ns),
            usd=self._cost(attempt),
        )

    def _cost(self, attempt: Attempt) -> Decimal | None:
        if self.share.tariff is None or attempt.ask.takes_s is not None:
            return None
        return self.share.tariff.cost(attempt.ask.model, usage(attempt)[0])


class LiveRace:
    """Hedged asks: racers start `after` seconds apart while nobody has answered; the first answer cancels the rest."""

    def __init__(self, turn: LiveTurn, race: Race, done: Callable[[Reply], None]) -> None:
        self._turn = turn
        self._race = race
        self._done = done
        self._begun = 0
        self._replies: dict[Ask, Reply] = {}
        self._over = False

    def next(self) -> None:
        """Start the next racer, if there is one and the race is still open."""
        if self._over or self._turn.outcome is not None:
            return
        ask = self._race.asks[self._begun]
        self._begun += 1
        self._turn.ask(ask, self._replied)
        if self._begun < len(self._race.asks):
            self._turn.share.client.pacer.after(self._race.after, lambda: self._turn.guarded(self.next))

    def _replied(self, reply: Reply) -> None:
        if self._over:
            return
        self._replies[reply.ask] = reply
        if reply.ok or len(self._replies) == len(self._race.asks):
            self._over = True
            self._turn.cancel_open()
            self._done(reply if reply.ok else self._replies[self._race.asks[-1]])
