"""One user's turns, one after another: each later turn is due its think time after the answer before it."""

from typing import TYPE_CHECKING

from simulator.calls import ANSWERED, Outcome
from simulator.replay.turn import LiveTurn
from simulator.traffic.request import Request

if TYPE_CHECKING:
    from simulator.replay.share import Share

_NS = 1_000_000_000


class Session:
    """Turns of one session in one rung. A turn without an answer ends it: what would follow is skipped."""

    __slots__ = ("_next", "_share", "live", "requests")

    def __init__(self, share: "Share", requests: list[Request]) -> None:
        self.requests = requests
        self.live: LiveTurn | None = None
        self._share = share
        self._next = 0

    def due(self, scheduled_ns: int) -> None:
        """Start the next turn, which was due at `scheduled_ns`."""
        if self._share.stopped:
            return
        request = self.requests[self._next]
        self._next += 1
        self.live = LiveTurn(self._share, request, scheduled_ns=scheduled_ns, done=self._settled)
        self._share.begun()
        self.live.start()

    def cut(self) -> None:
        """The run stops: the open turn is cancelled, turns that were not due yet are not reached."""
        if self.live is not None:
            self.live.cancel()
        self._rest(Outcome.NOT_REACHED)

    def _settled(self, turn: LiveTurn) -> None:
        self.live = None
        self._share.settled(turn)
        if self._share.stopped:
            return
        if turn.outcome not in ANSWERED:
            self._rest(Outcome.SKIPPED)
        if self._next == len(self.requests):
            self._share.session_over(self)
            return
        scheduled_ns = turn.ended_ns + int(self.requests[self._next].think_s * _NS)
        self._share.client.pacer.at(scheduled_ns, lambda: self.due(scheduled_ns))

    def _rest(self, outcome: Outcome) -> None:
        """Settle every turn that did not start."""
        while self._next < len(self.requests):
            self._share.unsent(self.requests[self._next], outcome)
            self._next += 1
