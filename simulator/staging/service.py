"""The provider on the wall clock: orders go in, deliveries are told when their answers begin and end."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulator.provider.engine import Answer, Order, Provider, Refusal
from simulator.provider.faults.fault import Damage
from simulator.provider.profile import Profile
from simulator.staging.delivery import Delivery
from simulator.staging.keyring import Keyring
from simulator.staging.lag import Lag
from simulator.staging.truth import TruthLog

_COUNTED = ("offered", "completed", "cancelled", "rate_limited", "overloaded", "context_length", "max_tokens", "fault")


class Service:
    """Moves a `Provider` by the monotonic clock; one timer stands for whatever happens next."""

    def __init__(self, profile: Profile, *, seed: int, truth: TruthLog) -> None:
        self.profile, self.seed, self.truth = profile, seed, truth
        self.keyring = Keyring(profile)
        self.lag = Lag()
        self.epoch = 0
        self.listeners: list[Callable[[Profile, float], None]] = []
        """Told the profile, and the time of its schedule, at the start, at each reset and at each change."""
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")
        self._fresh()

    def clock(self) -> float:
        """Seconds since the last reset."""
        return time.monotonic() - self._zero

    def start(self) -> None:
        """Begin the schedule and to sample the loop's lag; needs the running loop."""
        self._zero = time.monotonic()
        self.lag.start()
        self._begin()

    def stop(self) -> None:
        """Cancel every timer and close the truth log."""
        self.lag.stop()
        self._disarm()
        self.truth.close()

    def reset(self) -> None:
        """Full buckets, empty cache, free machines, clock at 0. Answers in flight are cut off."""
        for delivery in list(self.deliveries.values()):
            delivery.stop()
            delivery.done.cancel()
        self._disarm()
        self.epoch += 1
        self.lag.reset()
        self._fresh()
        self._begin()

    def adopt(self, profile: Profile) -> None:
        """Go on under another profile, in the middle of whatever is being written. Raises `Precondition`."""
        self.keyring = Keyring(profile)
        now = self._catch_up()
        self.profile = profile
        self.provider.adopt(profile, now)
        self._arm()
        self._begin()

    def next_key(self) -> str:
        """A key for an order whose caller gave none; two that are read at once get two."""
        self._unnamed += 1
        return f"unnamed/{self._unnamed}"

    def offer(self, model: str, order: Order, *, fault: Damage | None = None) -> Answer | Refusal:
        """Hand an order to its model now. Give the answer its delivery with `attend`."""
        now = self._catch_up()
        taken = self.provider.offer(model, order, now, fault=fault)
        self.counts["offered"] += 1
        if isinstance(taken, Refusal):
            self.counts[taken.reason] += 1
            self.truth.refused(order, taken, model=model, at=now)
        return taken

    def attend(self, answer: Answer, delivery: Delivery) -> None:
        """From now on `delivery` hears of `answer`."""
        self.deliveries[answer] = delivery
        self._arm()

    def leave(self, model: str, answer: Answer, *, epoch: int) -> None:
        """The delivery is over. An answer that is still being written is cancelled once the provider notices."""
        if epoch != self.epoch:
            return  # a reset has cut it off
        delivery = self.deliveries.pop(answer)
        delivery.stop()
        if answer.ended_at is not None:
            self.counts["completed"] += 1
            self.truth.ended(answer, model=model, cut=False, billed=answer.counted_tokens, writes=delivery.writes)
        elif self.profile.cancel.notice:
            wait = self.profile.cancel.notice
            asyncio.get_running_loop().call_later(wait, self._noticed, model, answer, delivery, epoch)
        else:
            self._noticed(model, answer, delivery, epoch)

    def _noticed(self, model: str, answer: Answer, delivery: Delivery, epoch: int) -> None:
        """The provider has seen that the caller is gone."""
        if epoch != self.epoch:
            return
        self.provider.engines[model].cancel(answer, self._catch_up())
        self._arm()
        self.counts["cancelled"] += 1
        rule, planned = self.profile.cancel, 0 if answer.order.embeds else answer.output_tokens
        billed = rule.tokens(delivered=delivery.sent, generated=answer.counted_tokens, planned=planned)
        self.truth.ended(answer, model=model, cut=True, billed=billed, writes=delivery.writes)

    def state(self) -> dict[str, Any]:
        """What `GET /sim/state` answers: counts, load and the endpoint's own lateness, since the last reset."""
        now = self._catch_up()
        models = {
            name: {
                "active": engine.pool.active,
                "waiting": len(engine.pool.waiting),
                "cached_tokens": engine.cache.tokens,
                "accounts": len(engine.quotas),
                "limits": {
                    account: {axis: asdict(one) for axis, one in standings.items()}
                    for account, standings in engine.quotas.standings(now).items()
                },
            }
            for name, engine in self.provider.engines.items()
        }
        return {
            "profile": self.profile.name,
            "seed": self.seed,
            "clock_s": now,
            "counts": self.counts,
            "models": models,
            "loop_lag_p50_s": self.lag.percentile(0.5),
            "loop_lag_p99_s": self.lag.percentile(0.99),
            "late_emits": self.lag.late_emits,
            "cpu_s": time.process_time(),
        }

    def _begin(self) -> None:
        for listener in self.listeners:
            listener(self.profile, self.clock())

    def _fresh(self) -> None:
        self.provider = Provider(self.profile, seed=self.seed, keeps_times=self.truth.kept)
        self.deliveries: dict[Answer, Delivery] = {}
        self.counts = dict.fromkeys(_COUNTED, 0)
        self._unnamed = 0
        self._zero = time.monotonic()

    def _catch_up(self) -> float:
        now = self.clock()
        for at, answer, done in self.provider.advance(now):
            delivery = self.deliveries.get(answer)
            if delivery is not None:
                (delivery.end if done else delivery.begin)(at)
        return now

    def _arm(self) -> None:
        soonest = self.provider.next_at()
        if soonest < self._timer_at:
            self._disarm()
            self._timer_at = soonest
            delay = max(0.0, soonest - self.clock())
            self._timer = asyncio.get_running_loop().call_later(delay, self._turn)

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer, self._timer_at = None, float("inf")

    def _turn(self) -> None:
        self._timer, self._timer_at = None, float("inf")
        self._catch_up()
        self._arm()
