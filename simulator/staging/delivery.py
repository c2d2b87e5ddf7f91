"""How one answer leaves: whole at its end, or streamed token by token in flush windows."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from simulator.provider import answers
from simulator.provider.engine import Answer, Engine
from simulator.staging.dialects.dialect import Script, Usage
from simulator.staging.lag import Lag

_HELD_BYTES = 1 << 20  # a client that does not read is not written to beyond this
_HELD_S = 0.05  # how often it is looked at again


class Delivery(ABC):
    """Told by the service when an answer begins and ends; `done` is resolved when nothing is left to send."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent = 0
        """Tokens that have left."""
        self.writes: list[tuple[float, int]] = []
        """When tokens left, and how many had by then."""

    @abstractmethod
    def begin(self, at: float) -> None:
        """The first token was due at `at`."""

    @abstractmethod
    def end(self, at: float) -> None:
        """The last token was due at `at`."""

    @abstractmethod
    def stop(self) -> None:
        """Nothing more is sent: the caller is gone, or it is over."""

    def finish(self) -> None:
        """Let the handler go on."""
        if not self.done.done():
            self.done.set_result(None)


class Whole(Delivery):
    """One body when everything is written."""

    def begin(self, at: float) -> None:
        del at  # nothing leaves before the end

    def end(self, at: float) -> None:
        del at  # the handler writes the body
        self.finish()

    def stop(self) -> None:
        """Nothing is scheduled."""


class Streamed(Delivery):
    """One event per token; tokens due within a window leave in one write. Timer callbacks write, no task wakes.

    Whatever happens before `connect` (while the headers are held back) follows then in one go.
    """

    def __init__(
        self,
        answer: Answer,
        script: Script,
        *,
        engine: Engine,
        pieces: Sequence[str] | None,
        flush_s: float,
        clock: Callable[[], float],
        lag: Lag,
    ) -> None:
        super().__init__()
        self.answer, self.script, self.engine, self.pieces = answer, script, engine, pieces
        self.flush_s, self.clock, self.lag = flush_s, clock, lag
        self._write: Callable[[bytes], None] | None = None
        self._buffered: Callable[[], int] = lambda: 0
        self._sent_at = 0.0
        self._stalled_until: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0

    def connect(self, write: Callable[[bytes], None], buffered: Callable[[], int]) -> None:
        """The headers have left: write with `write`; `buffered` says how many bytes wait there."""
        self._write, self._buffered = write, buffered
        write(self.script.opening())
        if self.answer.first_token_at is not None or self.answer.ended_at is not None:
            self._go_on()

    def begin(self, at: float) -> None:
        self.lag.emitted(self.clock() - at)
        self._go_on()

    def end(self, at: float) -> None:
        self.lag.emitted(self.clock() - at)
        self.stop()
        self._go_on()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        """Send what is due now, and set the timer for what comes next."""
        if self._write is None or self.done.done():
            return
        now = self.clock()
        if self._stalls(now):
            return
        held = self._buffered() >= _HELD_BYTES and self.answer.ended_at is None
        if not held:
            self._send(self._visible(now), now)
        if self.answer.ended_at is None:
            token = self.answer.hidden_tokens + self.sent + 1
            due = self.engine.pool.due(self.answer, token, now)
            # The window runs from the last write: a timer that rang a little early must not wait for a whole one more.
            self._wake(now + _HELD_S if held else max(due, self._sent_at + self.flush_s), now)
        elif not self._stalls(now):
            self._close()

    def _visible(self, now: float) -> int:
        """Tokens that may have left by now; once the first is due, that one for sure."""
        written = self.engine.pool.written(self.answer, now) - self.answer.hidden_tokens
        return max(written, 0 if self.answer.first_token_at is None else 1)

    def _wake(self, due: float, now: float) -> None:
        self.stop()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due - now), self._woken)

    def _woken(self) -> None:
        self.lag.emitted(self.clock() - self._timer_due)
        self._go_on()

    def _stalls(self, now: float) -> bool:
        """Whether the stream pauses now; then the timer is set for its end."""
        if self._stalled_until is None or now >= self._stalled_until:
            return False
        self._wake(self._stalled_until, now)
        return True

    def _send(self, until: int, now: float) -> None:
        damage = self.answer.damage
        if damage.stall_s and self._stalled_until is None and until >= damage.stall_after:
            until, self._stalled_until = damage.stall_after, now + damage.stall_s
        if until <= self.sent or self._write is None:
            return
        broken = damage.malformed_after
        if broken is not None and self.sent < broken <= until:
            self._write(self.script.tokens(self._texts(self.sent, broken)) + self.script.malformed())
            self.sent = broken
        if until > self.sent:
            self._write(self.script.tokens(self._texts(self.sent, until)))
        self.sent, self._sent_at = until, now
        self.writes.append((now, until))

    def _close(self) -> None:
        answer, damage = self.answer, self.answer.damage
        assert self._write is not None
        if damage.ending == "error" and answer.broken:
            self._write(self.script.failure())
        elif damage.ending == "utf8" and answer.broken:
            self._write(self.script.torn())
        elif not answer.broken:
            usage = None if damage.no_usage else Usage.of(answer)
            self._write(self.script.closing(answer.finish_reason, usage, end_mark=not damage.no_done))
        self.finish()

    def _texts(self, begin: int, until: int) -> list[str]:
        if self.pieces is not None:
            said = [json.dumps(piece, ensure_ascii=False)[1:-1] for piece in self.pieces[begin:until]]
            return said + [""] * (until - begin - len(said))
        words, first = answers.WORDS, answers.first_word(self.answer.order.key)
        return [" " + words[(first + index) % len(words)] for index in range(begin, until)]
