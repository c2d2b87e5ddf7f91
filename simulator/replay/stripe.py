"""Which part of a plan a process takes: sessions striped `i::N`, so that every process keeps the shape of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stripe:
    """The `shard`th of `shards` processes, from 0; `users` of a closed loop are the plan's, not each process's."""

    shard: int
    shards: int
    users: int | None = None

    @property
    def lanes(self) -> int:
        """Processes that take part: with fewer users than processes, some have nobody to play."""
        return self.shards if self.users is None else min(self.shards, self.users)

    @property
    def own_users(self) -> int | None:
        """This process's users; over all processes they add up to the plan's."""
        if self.users is None:
            return None
        return self.users // self.lanes + (self.shard < self.users % self.lanes) if self.shard < self.lanes else 0

    def of(self, sessions: Sequence[T]) -> list[T]:
        """This process's sessions: each belongs to exactly one process, and so do its turns.

        In a closed loop every user plays as many: a process with two users has twice the sessions of one with one.
        """
        if self.users is None:
            return list(sessions[self.shard :: self.lanes])
        return [one for number, one in enumerate(sessions) if number % self.users % self.lanes == self.shard]
