"""A worker under orders: what the conductor says is carried out, in its own process or in one that Locust connects."""

import logging
from collections.abc import Callable
from typing import cast

import gevent
from gevent.event import AsyncResult

from simulator.errors import Precondition, TenfoldError
from simulator.replay.clock import now
from simulator.replay.conductor import Message
from simulator.replay.delivery import Delivery
from simulator.replay.evidence import Evidence
from simulator.replay.offsets import boot_id
from simulator.replay.plan import ReplayPlan
from simulator.replay.worker import Observe, Tell, Worker

logger = logging.getLogger("tenfold")
_FETCH_S = 60.0  # for a trace to come from the master


class Follower:
    """Takes orders and tells what came of them; `own` is the evidence of a conductor in this process, if there is one.

    Rows go straight into that, else to the master by messages that it acknowledges.
    """

    def __init__(self, *, tell: Tell, observe: Observe, own: Callable[[], Evidence | None]) -> None:
        self.worker: Worker | None = None
        self._tell = tell
        self._observe = observe
        self._own = own
        self._delivery: Delivery | None = None
        self._sent_trace = AsyncResult()

    @property
    def in_flight(self) -> int:
        """Sessions that are being served."""
        return self.worker.in_flight if self.worker else 0

    def stop(self) -> None:
        """Cut the rung short; its rows follow."""
        if self.worker is not None:
            self.worker.stop()

    def obey(self, message: Message) -> None:
        """Whatever goes wrong is told: a conductor that hears nothing would wait for ever."""
        try:
            self._do(message)
        except TenfoldError as error:
            self._tell({"type": "failed", "reason": str(error), "exit_code": int(error.exit_code)})
        except Exception as error:
            logger.exception("an order could not be carried out")
            self._tell({"type": "failed", "reason": f"{type(error).__name__}: {error}"})

    def _do(self, message: Message) -> None:
        if message["type"] == "prepare":
            worker = self._employed(ReplayPlan.model_validate_json(message["plan"]))
            where = {name: message[name] for name in ("index", "shard", "shards", "simulated")}
            self._tell({"type": "ready", "planned": worker.prepare(**where)})
        elif message["type"] == "clock":
            answer = {"type": "clock", "sent_ns": message["sent_ns"], "there_ns": now(), "boot": boot_id()}
            self._tell(answer)
        elif message["type"] == "trace":
            self._sent_trace.set(message["content"])
        elif message["type"] == "ack" and self._delivery is not None:
            self._delivery.acknowledged(message["number"])
        elif self.worker is not None and message["type"] == "begin":
            self.worker.begin(start_ns=message["start_ns"])
        else:
            self.stop()

    def _employed(self, plan: ReplayPlan) -> Worker:
        """The worker of this plan; the one of a test before it ends."""
        if self.worker is not None and self.worker.plan == plan:
            return self.worker
        if self.worker is not None:
            self.worker.close()
        if (own := self._own()) is not None:
            sink, settle, fetch = own.append, lambda: None, plan.trace.read_bytes
        else:
            self._delivery = delivery = Delivery(self._tell)
            sink, settle, fetch = delivery.ship, delivery.settle, self._fetch_trace
        self.worker = Worker(plan, sink=sink, settle=settle, fetch=fetch, tell=self._tell, observe=self._observe)
        return self.worker

    def _fetch_trace(self) -> bytes:
        """The master's: this host has none at the plan's path. Raises `Precondition`."""
        self._sent_trace = AsyncResult()
        self._tell({"type": "trace"})
        try:
            return cast("bytes", self._sent_trace.get(timeout=_FETCH_S))
        except gevent.Timeout:
            raise Precondition(f"the master did not send the trace within {_FETCH_S:g} s; is the network up?") from None
