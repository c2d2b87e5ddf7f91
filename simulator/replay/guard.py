"""When a replay must stop before its end: it spends too much, or too little of it is answered."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from simulator.replay.plan import Guards
from simulator.units import share_text, usd_text

_UNANSWERED = ("refused", "failed", "cancelled", "dropped")


def crossed(guards: Guards, counts: Mapping[str, int], spent: Iterable[tuple[str, str]]) -> str | None:
    """Why to stop now, or None. `counts` are of the rung; `spent` is per process, settled and in flight, US dollars.

    The spend counts what is in flight, so that the limit holds when it lands; what begins between two reports of a
    worker, a quarter of a second apart, may still come on top.
    """
    return _overspent(guards, spent) or _failing(guards, counts)


def _overspent(guards: Guards, spent: Iterable[tuple[str, str]]) -> str | None:
    if guards.max_spend_usd is None:
        return None
    limit = Decimal(guards.max_spend_usd)
    total = sum((Decimal(settled) + Decimal(open_) for settled, open_ in spent), Decimal(0))
    if total < limit:
        return None
    return f"spent {usd_text(total)} with what is in flight, at or over the limit of {usd_text(limit)}"


def _failing(guards: Guards, counts: Mapping[str, int]) -> str | None:
    unanswered = sum(counts.get(word, 0) for word in _UNANSWERED)
    settled = unanswered + counts.get("answered", 0)
    if guards.max_error_rate is None or settled < guards.min_requests or unanswered <= guards.max_error_rate * settled:
        return None
    limit = share_text(guards.max_error_rate)
    return f"{share_text(unanswered / settled)} of {settled} requests were not answered, more than {limit}"
