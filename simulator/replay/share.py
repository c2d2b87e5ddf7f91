"""One process's share of a rung: its sessions, paced, served and counted."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

from simulator.calls import Call, Outcome, RequestRow, settled_as
from simulator.replay.client import Client
from simulator.replay.flight import Flight
from simulator.replay.health import Health
from simulator.replay.plan import Rung
from simulator.replay.row import row
from simulator.replay.session import Session
from simulator.replay.turn import LiveTurn
from simulator.strategies.effects import Ask
from simulator.strategies.node import Node
from simulator.strategies.tariff import Tariff
from simulator.traffic.request import Request

_NS = 1_000_000_000

Record = Callable[[list[Call], RequestRow, LiveTurn | None], None]


class Share:
    """Runs in the hub from `begin` until `finished` is called. `record` gets a request's rows once it has settled."""

    def __init__(
        self,
        client: Client,
        rung: Rung,
        strategy: Node,
        sessions: list[list[Request]],
        *,
        seed: int,
        worker: str,
        health: Health,
        tariff: Tariff | None = None,
        record: Record,
        finished: Callable[[], None],
    ) -> None:
        self.client = client
        self.rung = rung
        self.strategy = strategy
        self.seed = seed
        self.worker = worker
        self.health = health
        self.tariff = tariff
        """Only where the strategy decides by what attempts cost."""
        self.memory: dict[str, Any] = {}
        self.start_ns = 0
        self.ended_ns = 0
        """When the last request so far was through."""
        self.stopped = False
        self.planned = sum(map(len, sessions))
        self.counts: Counter[str] = Counter()
        """Requests by settlement, with `due` for those that became due."""
        self._waiting = deque(Session(self, requests) for requests in sessions)
        self._scheduled: set[Session] = set()
        self._open: set[Session] = set()
        self._closed_loop = False
        self._flight = Flight(0, 0, seed=seed)
        self._looks: Iterator[int] = iter(())
        self._record = record
        self._finished = finished

    @property
    def in_flight(self) -> int:
        """Sessions that are being served or think."""
        return len(self._open)

    def begin(self, start_ns: int, *, users: int | None, window_until_ns: int, drain_until_ns: int) -> None:
        """Open loop: each session starts at its time. With `users`, that many at a time, one after another."""
        self.start_ns = start_ns
        self._flight = Flight(start_ns, window_until_ns if users is None else drain_until_ns, seed=self.seed)
        self._looks = self._flight.times()
        self._look_next()
        self._closed_loop = users is not None
        self.client.pacer.at(start_ns, self.health.begin)
        if not self._waiting:
            self.client.pacer.at(start_ns, self._maybe_over)
        for _ in range(1 if users is None else users):
            self._schedule_next(start_ns)
        self.client.pacer.at(drain_until_ns, self.stop)

    def stop(self) -> None:
        """Cut what is open and settle everything; rows are kept."""
        if self.stopped:
            return
        self.stopped = True
        for session in [*self._open, *self._scheduled, *self._waiting]:
            session.cut()
        self._open.clear()
        self._finished()

    def progress(self) -> dict[str, int]:
        """Counts so far, in the words of the progress lines."""
        counts = self.counts
        words = {
            word: counts[word]
            for word in ("due", "answered", "refused", "cancelled", "dropped", "skipped", "not_reached")
        }
        return words | {
            "planned": self.planned,
            "failed": counts["failed"] + counts["timed_out"],
            "in_flight": self.in_flight,
        }

    def flight(self) -> dict[str, float]:
        """Request-seconds seen in flight within the planned span, in a closed loop to the end, and between looks."""
        return {"in_flight_s": self._flight.seen_s, "in_flight_every_s": self._flight.every_s}

    def open_asks(self) -> Iterator[tuple[Request, Ask]]:
        """What is in flight now."""
        for session in self._open:
            if session.live is not None:
                yield from session.live.open_asks()

    # What sessions call.

    def begun(self) -> None:
        self.counts["due"] += 1
        self._flight.open += 1

    def settled(self, turn: LiveTurn) -> None:
        """Write the rows of a request that was due."""
        outcome = turn.outcome or Outcome.CANCELLED
        self.counts[settled_as(outcome)] += 1
        self._flight.open -= 1
        self.ended_ns = max(self.ended_ns, turn.ended_ns)
        calls = [
            row(
                a,
                self.rung,
                start_ns=self.start_ns,
                scheduled_ns=turn.scheduled_ns,
                due_from=turn.due_from,
                worker=self.worker,
            )
            for a in turn.attempts
        ]
        self._observe(turn)
        self._record(calls, self._request_row(turn.request, outcome, turn), turn)

    def unsent(self, request: Request, outcome: Outcome) -> None:
        """A request that never became due."""
        self.counts[outcome.value] += 1
        self._record([], self._request_row(request, outcome, None), None)

    def session_over(self, session: Session) -> None:
        self._open.discard(session)
        if self._closed_loop:
            self._schedule_next(self.client.pacer.now())
        self._maybe_over()

    def _observe(self, turn: LiveTurn) -> None:
        if turn.attempts:
            self.health.lags_ns.append(turn.attempts[0].sent_ns - turn.scheduled_ns)
        self.health.first_token_late += sum(attempt.reading.late for attempt in turn.attempts)

    def _look_next(self) -> None:
        if not self.stopped and (due := next(self._looks, None)) is not None:
            self.client.pacer.at(due, self._look)

    def _look(self) -> None:
        self._flight.look()
        self._look_next()

    def _schedule_next(self, now_ns: int) -> None:
        """Sessions are begun one by one: the heap holds one start, however long the trace."""
        if not self._waiting:
            return
        session = self._waiting.popleft()
        self._scheduled.add(session)
        due = now_ns if self._closed_loop else self.start_ns + round((session.requests[0].at or 0.0) * _NS)
        self.client.pacer.at(due, lambda: self._begin_session(session, due))

    def _begin_session(self, session: Session, due_ns: int) -> None:
        if self.stopped:
            return
        self._scheduled.discard(session)
        self._open.add(session)
        if not self._closed_loop:
            self._schedule_next(due_ns)
        session.due(due_ns)

    def _maybe_over(self) -> None:
        if not (self.stopped or self._open or self._scheduled or self._waiting):
            self.stopped = True
            self._finished()

    def _request_row(self, request: Request, outcome: Outcome, turn: LiveTurn | None) -> RequestRow:
        start = self.start_ns
        return RequestRow(
            scale=self.rung.scale,
            strategy=self.rung.strategy,
            replicate=self.rung.replicate,
            request_id=request.request_id,
            session_id=request.session_id,
            turn=request.turn,
            journey=request.journey,
            final_outcome=outcome.value,
            due_from="plan" if request.turn == 1 else "previous",
            scheduled_at=None if turn is None else (turn.scheduled_ns - start) / _NS,
            ended_at=None if turn is None or outcome is Outcome.DROPPED else (turn.ended_ns - start) / _NS,
            attempts=len(turn.attempts) if turn else 0,
            served_call_id=turn.served_call_id if turn else None,
        )
