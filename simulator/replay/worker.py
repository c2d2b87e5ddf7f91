"""What one process does for a rung: reads the plan's trace, takes its stripe of the sessions, serves it, reports."""

import gc
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent
from gevent.event import Event

from simulator.calls import Call, RequestRow
from simulator.replay import files
from simulator.replay.alarm import KernelAlarm, LoopAlarm, alarm
from simulator.replay.client import Client
from simulator.replay.health import Health
from simulator.replay.plan import ReplayPlan
from simulator.replay.pool import raise_descriptor_limit
from simulator.replay.recorder import Recorder, Sink
from simulator.replay.share import Share
from simulator.replay.spend import Spend
from simulator.replay.stripe import Stripe
from simulator.replay.turn import LiveTurn
from simulator.replay.wire import Wire
from simulator.strategies.effects import Ask
from simulator.strategies.tariff import Tariff
from simulator.traffic.chats import Chats
from simulator.traffic.multiply import multiply
from simulator.traffic.prompts import Prompts
from simulator.traffic.trace import Trace

_NS = 1_000_000_000
_CLOCK_INTERVAL_S = 1.0
_REPORT_INTERVAL_S = 0.25
_GC_THRESHOLDS = (10_000, 50, 1000)
"""Our own objects free themselves; the collector looks for others' cycles about a millisecond at a time."""

Tell = Callable[[dict[str, Any]], None]
Observe = Callable[[LiveTurn], None]


class Worker:
    """Lives as long as a plan; rungs come one after another.

    `sink` takes its rows and `settle` returns once they have arrived; `tell` carries its reports to the conductor;
    `fetch` gives the bytes of the plan's trace where this host does not have it.
    """

    def __init__(
        self,
        plan: ReplayPlan,
        *,
        sink: Sink,
        tell: Tell,
        observe: Observe,
        fetch: Callable[[], bytes],
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self.plan = plan
        self._fetch = fetch
        self._tell = tell
        self._observe = observe
        self._settle = settle
        self._recorder = Recorder(sink)
        self._settled: deque[LiveTurn] = deque()
        self._trace: Trace | None = None
        self._chats: dict[str, Chats] = {}
        self._client: Client | None = None
        self._ringer: KernelAlarm | LoopAlarm | None = None
        self._share: Share | None = None
        self._tariff = Tariff({})
        self._spend: Spend | None = None
        self._users: int | None = None
        self._over = Event()
        self._thresholds = gc.get_threshold()
        self._serving: gevent.Greenlet | None = None

    @property
    def serving(self) -> bool:
        """Whether a rung is under way, whose end will be told."""
        return self._serving is not None and not self._serving.dead

    @property
    def in_flight(self) -> int:
        return self._share.in_flight if self._share is not None else 0

    def prepare(self, *, index: int, shard: int, shards: int, simulated: bool) -> int:
        """Everything slow, before the clock starts; returns the number of requests planned for this process."""
        plan = self.plan
        whole = self._trace or self._load()
        client, rung, name = self._open_client(), plan.rungs[index], f"worker-{shard + 1}"
        seed = plan.seed + rung.replicate - 1
        trace = multiply(whole, rung.scale, meaning=plan.meaning, seed=seed, jitter_s=plan.jitter_s)
        sessions = [one for one in trace.sessions() if rung.sessions is None or one[0].session_id in rung.sessions]
        stripe = Stripe(shard, shards, plan.users)
        sessions, self._users = stripe.of(sessions), stripe.own_users
        client.wire = Wire.to(plan.target, client.pool.address, self._prompts(), simulated=simulated)
        for requests in sessions[:1]:  # prompts load their words on first use: not in the rung's first second
            client.wire.request(requests[0], Ask(rung.strategy, node=rung.strategy), stream=True)
        self._over.clear()
        self._share = Share(
            client,
            rung,
            plan.strategies[rung.strategy],
            sessions,
            seed=seed,
            worker=name,
            health=Health(client, worker=name, timer=self._ringer.name if self._ringer else "none"),
            tariff=self._tariff if plan.strategies[rung.strategy].counts_dollars() else None,
            record=self._record,
            finished=self._over.set,
        )
        gc.collect()
        gc.freeze()  # what lives as long as the rung need not be looked at again
        gc.set_threshold(*_GC_THRESHOLDS)
        return self._share.planned

    def begin(self, *, start_ns: int) -> None:
        """Start at a time of this host's monotonic clock, and report a few times a second until the share is over."""
        share, plan = self._share, self.plan
        if share is None:
            raise RuntimeError("begin comes after prepare")
        span_ns, drain_ns = int(plan.duration_s * _NS), int((plan.duration_s + plan.drain_s) * _NS)
        share.begin(start_ns, users=self._users, window_until_ns=start_ns + span_ns, drain_until_ns=start_ns + drain_ns)
        self._serving = gevent.spawn(self._serve, share)
        self._serving.link_exception(self._gave_up)

    def stop(self) -> None:
        """Cut the rung short; its rows follow."""
        if self._share is not None:
            self._share.stop()

    def close(self) -> None:
        """The plan is through: its clockwork and its connections end."""
        if self._ringer is not None and self._client is not None:
            self._ringer.close()
            self._client.pool.close()

    def _serve(self, share: Share) -> None:
        """Beside the hub: rows out, statistics in, until the share is over; then the last report."""
        helpers = [gevent.spawn(run) for run in (self._recorder.run, self._report_statistics, self._keep_clock)]
        while not self._over.wait(timeout=_REPORT_INTERVAL_S):
            self._tell({"type": "progress", "counts": share.progress(), **self._spent(share)})
        gevent.killall(helpers)
        self._report_settled()
        self._recorder.flush()
        self._settle()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()
        health = share.health.facts() | share.flight()
        took = {"took_s": max(share.ended_ns - share.start_ns, 0) / _NS}
        self._tell({"type": "done", "counts": share.progress(), "health": health, **took, **self._spent(share)})

    def _spent(self, share: Share) -> dict[str, str]:
        """US dollars of this process so far, and of what is in flight; nothing where no guard asks."""
        if self._spend is None:
            return {}
        return {"spent_usd": str(self._spend.usd), "open_usd": str(self._spend.at_most(share.open_asks()))}

    def _gave_up(self, serving: gevent.Greenlet) -> None:
        self._tell({"type": "failed", "reason": f"{type(serving.exception).__name__}: {serving.exception}"})

    def _record(self, calls: list[Call], request: RequestRow, turn: LiveTurn | None) -> None:
        self._recorder.record(calls, request)
        if self._spend is not None:
            self._spend.add(calls)
        if turn is not None:
            self._settled.append(turn)

    def _report_statistics(self) -> None:
        while True:
            self._report_settled()
            gevent.sleep(0.05)

    def _report_settled(self) -> None:
        """Locust's own tables, a few at a time: a listener of somebody else's may be slow, and the hub waits for it."""
        while self._settled:
            for _ in range(min(8, len(self._settled))):
                self._observe(self._settled.popleft())
            gevent.sleep(0.001)

    def _keep_clock(self) -> None:
        while True:
            gevent.sleep(_CLOCK_INTERVAL_S)
            if self._client is not None:
                self._client.clock.measure()

    def _load(self) -> Trace:
        trace = self._trace = files.trace(self.plan, self._fetch)
        self._chats = files.chats(self.plan)
        self._tariff = Tariff(self.plan.usd_per_million)
        self._spend = Spend(self._tariff) if self.plan.guards.max_spend_usd is not None else None
        return trace

    def _prompts(self) -> Prompts:
        return Prompts(self.plan.seed, self._chats)

    def _open_client(self) -> Client:
        """Made once per plan; the connections of an earlier rung are let go, the name is looked up again."""
        if self._client is None:
            raise_descriptor_limit()
            self._client = Client.to(self.plan.target, self._prompts(), validator=self.plan.validator)
            self._ringer = alarm(self._client.pacer.pump)
            self._client.pacer.start(self._ringer)
        self._client.pool.close()
        with suppress(OSError):  # every attempt then says `dns`
            self._client.pool.resolve()
        return self._client
