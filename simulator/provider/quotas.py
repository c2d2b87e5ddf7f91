"""The buckets of one model: a set for every account, as hosted providers keep them. Pure: the time is handed in."""

from collections import OrderedDict
from collections.abc import Mapping

from simulator.provider.accounts import NO_KEY
from simulator.provider.limiter import Limiter
from simulator.provider.limits.style import Axis, LimitStyle, Standing

MOST_ACCOUNTS = 50_000
"""Sets that are kept, about 1 kB each; one more forgets the longest unused, whose account then finds full buckets."""
_LOOKED_AT = 2  # sets that a new one has looked at: more than come in, so that what is full does not pile up
_SHOWN = 20


class Quotas:
    """Buckets come into being when an account first asks, and go once they are full again: nothing is lost by that."""

    def __init__(self, style: LimitStyle | None, own: Mapping[str, LimitStyle | None]) -> None:
        self.style, self.own = style, own
        self._limiters: OrderedDict[str, Limiter] = OrderedDict()

    def __len__(self) -> int:
        return len(self._limiters)

    def of(self, account: str, now: float) -> Limiter:
        """The account's buckets, which may only be used at `now`."""
        limiter = self._limiters.get(account)
        if limiter is None:
            limiter = Limiter(self.own.get(account, self.style))
            if limiter.style is not None:
                self._make_room(now)
                self._limiters[account] = limiter
        else:
            self._limiters.move_to_end(account)
        return limiter

    def adopt(self, style: LimitStyle | None, own: Mapping[str, LimitStyle | None], now: float) -> None:
        """Go on under other limits; buckets keep what they hold."""
        self.style, self.own = style, own
        for account, limiter in list(self._limiters.items()):
            limiter.adopt(own.get(account, style), now)
            if limiter.style is None:
                del self._limiters[account]

    def standings(self, now: float) -> dict[str, dict[Axis, Standing]]:
        """Buckets by account: those with limits of their own, that of callers without a key, and the last used."""
        recent = list(self._limiters)[-_SHOWN:]
        shown = dict.fromkeys([NO_KEY, *self.own, *recent])
        limiters = {
            account: self._limiters.get(account) or Limiter(self.own.get(account, self.style)) for account in shown
        }
        return {account: limiter.standings(now) for account, limiter in limiters.items()}

    def _make_room(self, now: float) -> None:
        for account in list(_first(self._limiters, _LOOKED_AT)):
            if self._limiters[account].is_full(now):
                del self._limiters[account]
            else:
                self._limiters.move_to_end(account)
        if len(self._limiters) >= MOST_ACCOUNTS:
            self._limiters.popitem(last=False)


def _first(limiters: Mapping[str, Limiter], count: int) -> list[str]:
    return [account for account, _ in zip(limiters, range(count), strict=False)]
