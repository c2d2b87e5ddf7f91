"""The buckets of one account at one model. Pure: the time is handed in, in seconds since the last reset."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.provider.limits.style import Axis, Demand, Limit, LimitStyle, Standing


@dataclass(slots=True)
class Bucket:
    """A continuously refilled bucket: starts full, gains `per_minute`/60 a second, holds no more than its capacity."""

    limit: Limit
    level: float
    at: float = 0.0

    def refill(self, now: float) -> None:
        """Bring the level to `now`."""
        gained = (now - self.at) * self.limit.per_minute / 60
        self.level, self.at = min(self.limit.capacity, self.level + gained), now

    def lacks(self, need: float) -> float:
        """Seconds until `need` is there, 0 when it is. A need beyond the capacity waits for a full bucket."""
        missing = min(need, self.limit.capacity) - self.level
        return max(0.0, missing * 60 / self.limit.per_minute)

    def standing(self) -> Standing:
        """The bucket as headers show it."""
        missing = self.limit.capacity - self.level
        return Standing(self.limit.per_minute, max(0, int(self.level)), missing * 60 / self.limit.per_minute)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request was not admitted, and when the same request would be."""

    axis: Axis
    limit: int
    used: int
    requested: int
    retry_after_s: float | None
    """None: never, the request alone is larger than a minute's quota."""
    told_s: float | None
    """What the caller is told of it."""


class Limiter:
    """Admits or denies a request on all axes at once. Where nothing limits the model, everything is admitted."""

    def __init__(self, style: LimitStyle | None) -> None:
        self.style = style
        self.buckets = {limit.axis: Bucket(limit, limit.capacity) for limit in style.limits()} if style else {}

    def admit(self, demand: Demand, now: float) -> Denial | None:
        """Take the reservation from every bucket, or nothing from any and say which one waits longest."""
        if self.style is None:
            return None
        self._refill(now)
        needs = self.style.reserve(demand)
        denials = [denial for axis, need in needs.items() if (denial := self._denial(axis, need))]
        if not denials:
            self._take(needs)
            return None
        if self.style.count_refused and all(denial.axis != "requests" for denial in denials):
            self._take({"requests": needs["requests"]})
        return max(denials, key=lambda denial: float("inf") if denial.retry_after_s is None else denial.retry_after_s)

    def settle(self, demand: Demand, output_tokens: int, now: float) -> None:
        """Correct the reservation to what the request cost in the end."""
        if self.style is None:
            return
        self._refill(now)
        reserved, spent = self.style.reserve(demand), self.style.settle(demand, output_tokens)
        self._take({axis: spent[axis] - reserved.get(axis, 0) for axis in spent})

    def adopt(self, style: LimitStyle | None, now: float) -> None:
        """Go on under other limits: a bucket that stays keeps what it holds, as far as the new one can hold it."""
        self._refill(now)
        before, self.style = self.buckets, style
        self.buckets = {limit.axis: Bucket(limit, limit.capacity, now) for limit in style.limits()} if style else {}
        for axis, bucket in self.buckets.items():
            if axis in before:
                bucket.level = min(bucket.level, before[axis].level)

    def is_full(self, now: float) -> bool:
        """Whether nothing would change if these buckets were new."""
        self._refill(now)
        return all(bucket.level >= bucket.limit.capacity for bucket in self.buckets.values())

    def standings(self, now: float) -> dict[Axis, Standing]:
        """Every bucket at `now`."""
        self._refill(now)
        return {axis: bucket.standing() for axis, bucket in self.buckets.items()}

    def _denial(self, axis: Axis, need: int) -> Denial | None:
        bucket = self.buckets[axis]
        wait = bucket.lacks(need)
        too_large = need > bucket.limit.per_minute
        if not wait and not too_large:
            return None
        per_minute = bucket.limit.per_minute
        used = per_minute - max(0, int(bucket.level))  # what the headers do not call remaining
        wait_s = None if too_large else wait
        return Denial(axis, per_minute, used, need, wait_s, self.style.told_wait(wait_s) if self.style else None)

    def _refill(self, now: float) -> None:
        for bucket in self.buckets.values():
            bucket.refill(now)

    def _take(self, amounts: Mapping[Axis, float]) -> None:
        for axis, amount in amounts.items():
            bucket = self.buckets[axis]
            bucket.level = min(bucket.limit.capacity, bucket.level - amount)
