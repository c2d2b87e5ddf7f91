"""The provider as a state machine: limits, cache and machines of every model. Pure: time is handed in, nothing waits.

The staging endpoint moves it by the clock of the machine, the rehearsal by virtual time; both get the same answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from simulator.provider.accounts import NO_KEY
from simulator.provider.cache import Block, PrefixCache
from simulator.provider.faults.fault import Damage
from simulator.provider.hazards import NOTHING, Hazards
from simulator.provider.limiter import Denial
from simulator.provider.limits.style import Demand
from simulator.provider.pool import Pool
from simulator.provider.profile import Profile
from simulator.provider.replica import Job


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller wants of a model. Tokens."""

    key: str
    """Keys the draws: the same key meets the same jitter."""
    input_tokens: int
    output_tokens: int | None = None
    """How long the answer would be if nothing cut it; None: the model's default."""
    max_output_tokens: int | None = None
    prefix: tuple[Block, ...] = ()
    account: str = NO_KEY
    """Whose buckets it is charged to."""
    embeds: bool = False
    """Wants a vector: the one step that makes it is no token of anybody's."""

    def demand(self, cached_tokens: int) -> Demand:
        """What the limiter is told of it."""
        return Demand(self.input_tokens, cached_tokens, 0 if self.embeds else self.max_output_tokens)


@dataclass(slots=True, eq=False, kw_only=True)
class Answer(Job):
    """An order that was taken."""

    order: Order
    cached_tokens: int
    written_tokens: int
    """Prompt tokens that this request put into the cache, where the provider tells it."""
    finish_reason: Literal["stop", "length"]
    damage: Damage
    """What goes wrong with it."""

    @property
    def counted_tokens(self) -> int:
        """Output of an ended answer that is charged and billed."""
        return 0 if self.order.embeds else self.wrote

    @property
    def broken(self) -> bool:
        """Whether it ends before its end."""
        return self.damage.ends_after is not None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An order that was not taken, with the status that a provider answers it with."""

    reason: Literal["rate_limited", "overloaded", "context_length", "max_tokens", "fault"]
    status: int
    """0 where no answer comes back at all."""
    denial: Denial | None = None
    order: Order | None = None
    """What was too long, where that is the reason."""
    most_tokens: int = 0
    """What the model could have taken."""
    damage: Damage = NOTHING

    @property
    def retry_after_s(self) -> float | None:
        """When to try again, as the caller is told."""
        return self.denial.told_s if self.denial else self.damage.retry_after_s


class Event(NamedTuple):
    """First token or end of an answer, seconds since the start."""

    at: float
    answer: Answer
    done: bool


class Engine:
    """One model: what it admits, remembers and writes. Call `advance(now)` before anything else at `now`."""

    def __init__(self, profile: Profile, name: str, *, seed: int, keeps_times: bool = False) -> None:
        self.model = model = profile.models[name]
        self.seed, self.stem = seed, f"{name}/"
        self.quotas = profile.quotas(name)
        self.cache = PrefixCache(profile.cache)
        self.pool = Pool(
            model.per_token,
            replicas=model.replicas,
            max_sequences=model.max_sequences,
            queue=model.queue,
            keeps_times=keeps_times,
        )

    def offer(self, order: Order, now: float, damage: Damage = NOTHING) -> Answer | Refusal:
        """Take the order or refuse it. Capacity is looked at before the quota: a refusal for it costs none."""
        if damage.refuses:
            return Refusal("fault", damage.status or 0, damage=damage)
        if damage.flush_cache:
            self.cache.flush()
        unfit = self._unfit(order)
        if unfit:
            return unfit
        if self.pool.full():
            return Refusal("overloaded", self.model.overload)
        cached = self.cache.cached_tokens(self._blocks(order), order.input_tokens, now)
        denial = self.quotas.of(order.account, now).admit(order.demand(cached), now)
        if denial:
            return Refusal("rate_limited", 429, denial)
        answer = self._answer(order, cached, damage)
        self.pool.offer(answer, now)
        return answer

    def advance(self, now: float) -> Iterator[Event]:
        """What happened up to and with `now`, in order. Run it to its end."""
        for at, job, done in self.pool.advance(now):
            assert isinstance(job, Answer)
            if done:
                self._settle(job, at)
            else:
                self.cache.store(self._blocks(job.order), at)
            yield Event(at, job, done)

    def cancel(self, answer: Answer, now: float) -> None:
        """The caller went away: stop the work; what was written (`answer.wrote`) stays charged."""
        if answer.ended_at is None:
            self.pool.cancel(answer, now)
            self._settle(answer, now)

    def adopt(self, profile: Profile, name: str, now: float) -> None:
        """Go on under another profile. Buckets keep what they hold, the cache what it knows, answers their words."""
        self.model = model = profile.models[name]
        self.quotas.adopt(model.limits, profile.limits_by_account(name), now)
        self.cache.rules = profile.cache
        self.pool.resize(
            model.per_token,
            replicas=model.replicas,
            max_sequences=model.max_sequences,
            queue=model.queue,
            now=now,
        )

    def _unfit(self, order: Order) -> Refusal | None:
        model, least = self.model, 0 if order.embeds else order.max_output_tokens or 1
        if (order.max_output_tokens or 0) > model.max_output_tokens:
            return Refusal("max_tokens", 400, order=order, most_tokens=model.max_output_tokens)
        if order.input_tokens + least > model.context_window:
            return Refusal("context_length", 400, order=order, most_tokens=model.context_window)
        return None

    def _answer(self, order: Order, cached: int, damage: Damage) -> Answer:
        model, key = self.model, order.key
        room = 1 if order.embeds else min(model.max_output_tokens, model.context_window - order.input_tokens)
        most = min(room, order.max_output_tokens or room)
        planned = order.output_tokens or model.default_output_tokens
        hidden = min(most, model.reasoning.tokens(seed=self.seed, key=self.stem + key) if model.reasoning else 0)
        visible, uncached = min(planned, most - hidden), order.input_tokens - cached
        if damage.ends_after is not None and damage.ends_after >= visible:
            damage = NOTHING  # it was over before the fault
        return Answer(
            output_tokens=hidden + min(visible, damage.ends_after or visible),
            hidden_tokens=hidden,
            prefill_s=model.first_token.prefill_s(uncached) * damage.slower,
            first_token_s=model.first_token.wait_s(uncached, seed=self.seed, key=self.stem + key) * damage.slower,
            stretch=model.per_token.stretch(seed=self.seed, key=self.stem + key) * damage.slower,
            order=order,
            cached_tokens=cached,
            written_tokens=self.cache.written_tokens(order.prefix, order.input_tokens, cached),
            finish_reason="length" if hidden + planned > most else "stop",
            damage=damage,
        )

    def _blocks(self, order: Order) -> tuple[Block, ...]:
        """The prompt's blocks as the cache knows them."""
        shared = self.cache.rules is None or not self.cache.rules.per_account or order.account == NO_KEY
        return order.prefix if shared else tuple((f"{order.account}/{name}", size) for name, size in order.prefix)

    def _settle(self, answer: Answer, at: float) -> None:
        order = answer.order
        self.quotas.of(order.account, at).settle(order.demand(answer.cached_tokens), answer.counted_tokens, at)


class Provider:
    """All models of a profile on one clock, which starts at 0. `keeps_times`: answers know when each token was."""

    def __init__(self, profile: Profile, *, seed: int, keeps_times: bool = False) -> None:
        self.profile, self.seed = profile, seed
        self.engines = {name: Engine(profile, name, seed=seed, keeps_times=keeps_times) for name in profile.models}
        self.hazards = Hazards(profile.faults, seed=seed)

    def offer(self, model: str, order: Order, now: float, *, fault: Damage | None = None) -> Answer | Refusal:
        """Hand an order to a model; `fault` happens to it instead of what the profile's hazards say."""
        struck = self.hazards.strike(model, order.key, now)
        return self.engines[model].offer(order, now, fault or struck)

    def adopt(self, profile: Profile, now: float) -> None:
        """Go on under another profile with the same models: a brown-out, another limit, a new fault."""
        self.profile = profile
        self.hazards.faults = profile.faults
        for name, engine in self.engines.items():
            engine.adopt(profile, name, now)

    def next_at(self) -> float:
        """When something happens next by itself; infinity if nothing will."""
        return min(engine.pool.next_at() for engine in self.engines.values())

    def advance(self, now: float) -> Iterator[Event]:
        """What happened up to and with `now`; in order per model. Run it to its end."""
        for engine in self.engines.values():
            if engine.pool.next_at() <= now:
                yield from engine.advance(now)
