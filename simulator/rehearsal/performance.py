"""One turn in virtual time: carries out what the strategy wants, and writes the request's row."""

from collections.abc import Callable

from simulator.calls import RequestRow
from simulator.rehearsal.attempt import Attempt
from simulator.rehearsal.stage import Stage
from simulator.strategies.effects import Ask, Race, Reply, Turn, Wait
from simulator.strategies.node import Node
from simulator.traffic.request import Request


class Performance:
    """`after` is called once, with the reply that the user got."""

    def __init__(self, stage: Stage, node: Node, request: Request, *, after: Callable[[Reply], None]) -> None:
        self.stage, self.after = stage, after
        self.turn = Turn(request, stage.seed, stage.clock.now, stage.memory)
        self.serving = node.serve(self.turn)
        self.attempts: list[Attempt] = []
        self.previous: str | None = None

    def start(self) -> None:
        """Let the strategy say what it wants first."""
        self.step(None)

    def step(self, reply: Reply | None) -> None:
        """Tell the strategy what came back, and carry out what it wants next."""
        if reply is not None:
            self.previous = reply.call_id
        try:
            effect = self.serving.send(reply)
        except StopIteration as stop:
            self._finish(stop.value)
            return
        if isinstance(effect, Wait):
            self.stage.clock.at(self.stage.clock.now + effect.seconds, self.step, None)
        elif isinstance(effect, Race):
            Contest(self, effect).start_next()
        else:
            self.send(effect, lambda attempt: self.step(attempt.reply))

    def send(self, ask: Ask, done: Callable[[Attempt], None]) -> Attempt:
        """Begin an attempt now."""
        attempt = Attempt(self.stage, self.turn, ask, after=self.previous, done=done)
        self.attempts.append(attempt)
        attempt.start()
        return attempt

    def _finish(self, reply: Reply) -> None:
        for attempt in self.attempts:
            attempt.row.served = reply.ok and attempt.row.call_id == reply.call_id
        self.stage.requests.append(self._row(reply))
        self.after(reply)

    def _row(self, reply: Reply) -> RequestRow:
        request = self.turn.request
        return RequestRow(
            scale=self.stage.scale,
            strategy=self.stage.strategy,
            replicate=1,
            request_id=request.request_id,
            session_id=request.session_id,
            turn=request.turn,
            journey=request.journey,
            final_outcome=reply.outcome.value,
            due_from="plan" if request.at is not None else "previous",
            scheduled_at=self.turn.at,
            ended_at=self.stage.clock.now,
            attempts=len(self.attempts),
            served_call_id=(reply.call_id or None) if reply.ok else None,  # a stored answer has no call
        )


class Contest:
    """Racers start `after` seconds apart while nobody has answered; the first answer wins, the rest are cancelled."""

    def __init__(self, performance: Performance, race: Race) -> None:
        self.performance, self.race = performance, race
        self.racers: list[Attempt] = []
        self.over = False

    def start_next(self) -> None:
        """The next racer goes, unless it is over."""
        if self.over:
            return
        self.racers.append(self.performance.send(self.race.asks[len(self.racers)], self._ended))
        if len(self.racers) < len(self.race.asks):
            clock = self.performance.stage.clock
            clock.at(clock.now + self.race.after, self.start_next)

    def _ended(self, attempt: Attempt) -> None:
        assert attempt.reply is not None
        everybody = len(self.racers) == len(self.race.asks) and all(racer.reply for racer in self.racers)
        if attempt.reply.ok:
            self._win(attempt.reply)
        elif everybody:
            self._win(self.racers[-1].reply)

    def _win(self, reply: Reply | None) -> None:
        self.over = True
        for racer in self.racers:
            racer.cancel()
        self.performance.step(reply)
