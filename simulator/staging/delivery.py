"""How one answer leaves: whole at its end, or streamed token by token in flush windows."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from simulator.provider import answers
from simulator.provider.engine import Answer, Engine
from simulator.staging.dialects.dialect import Script, Usage
from simulator.staging.lag import Lag

_HELD_BYTES = 1 << 20  # a client that does not read is not written to beyond this


class Delivery(ABC):
    """Told by the service when an answer begins and ends; `done` is resolved when nothing is left to send."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @abstractmethod
    def begin(self, answer: Answer, at: float) -> None:
        """The first token was due at `at`."""

    @abstractmethod
    def end(self, answer: Answer, at: float) -> None:
        """The last token was due at `at`."""

    @abstractmethod
    def stop(self) -> None:
        """Nothing more is sent: the caller is gone, or it is over."""


class Whole(Delivery):
    """One body when everything is written."""

    def begin(self, answer: Answer, at: float) -> None:
        del answer, at  # nothing leaves before the end

    def end(self, answer: Answer, at: float) -> None:
        del answer, at  # the handler writes the body
        if not self.done.done():
            self.done.set_result(None)

    def stop(self) -> None:
        """Nothing is scheduled."""


class Streamed(Delivery):
    """One event per token; tokens due within a window leave in one write. Timer callbacks write, no task wakes."""

    def __init__(
        self, script: Script, *, engine: Engine, text: str | None, flush_s: float, clock: Callable[[], float], lag: Lag
    ) -> None:
        super().__init__()
        self.script, self.engine, self.text = script, engine, text
        self.flush_s, self.clock, self.lag = flush_s, clock, lag
        self.write: Callable[[bytes], None] | None = None
        self.buffered: Callable[[], int] = lambda: 0
        self.sent = 0
        self._early: list[tuple[Callable[[Answer, float], None], Answer, float]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0

    def connect(self, write: Callable[[bytes], None], buffered: Callable[[], int]) -> None:
        """Where to write, and how many bytes wait there. What happened before the headers left follows now."""
        self.write, self.buffered = write, buffered
        for step, answer, at in self._early:
            step(answer, at)

    def begin(self, answer: Answer, at: float) -> None:
        if self.write is None:
            self._early.append((self.begin, answer, at))
            return
        now = self.clock()
        self.lag.emitted(now - at)
        self._send(answer, max(1, self.engine.pool.written(answer, now)))
        self._plan(answer, now)

    def end(self, answer: Answer, at: float) -> None:
        if self.write is None:
            self._early.append((self.end, answer, at))
            return
        self.stop()
        self.lag.emitted(self.clock() - at)
        self._send(answer, answer.wrote)
        order = answer.order
        self.write(
            self.script.closing(answer.finish_reason, Usage(order.input_tokens, answer.cached_tokens, answer.wrote))
        )
        if not self.done.done():
            self.done.set_result(None)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _window(self, answer: Answer) -> None:
        now = self.clock()
        self.lag.emitted(now - self._timer_due)
        if self.buffered() < _HELD_BYTES:
            self._send(answer, self.engine.pool.written(answer, now))
        self._plan(answer, now)

    def _plan(self, answer: Answer, now: float) -> None:
        """Wake when the next token is due, but no sooner than a window after this write."""
        if answer.ended_at is not None:
            return
        due = self.engine.pool.due(answer, self.sent + 1, now)
        self._timer_due = max(due, now + self.flush_s)
        self._timer = asyncio.get_running_loop().call_later(self._timer_due - now, self._window, answer)

    def _send(self, answer: Answer, until: int) -> None:
        if until <= self.sent or self.write is None:
            return
        self.write(self.script.tokens(self._texts(answer.order.key, until)))
        self.sent = until

    def _texts(self, key: str, until: int) -> list[str]:
        if self.text is not None:
            return [self.text] + [""] * (until - self.sent - 1)
        words, first = answers.WORDS, answers.first_word(key)
        return [" " + words[(first + index) % len(words)] for index in range(self.sent, until)]
