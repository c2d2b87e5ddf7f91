"""Time limits that a node lays on the calls below it."""

from collections.abc import Generator
from dataclasses import replace

from simulator.strategies.effects import Ask, Effect, Race, Reply, Serving
from simulator.strategies.node import through


def bounded(serving: Serving, *, total_s: float | None, first_token_s: float | None) -> Serving:
    """The same serving, its calls limited where they have no limit of their own (seconds from the send)."""
    if total_s is None and first_token_s is None:
        return serving

    def limited(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
        if isinstance(effect, Ask):
            return (yield _limit(effect, total_s, first_token_s))
        if isinstance(effect, Race):
            return (yield replace(effect, asks=tuple(_limit(ask, total_s, first_token_s) for ask in effect.asks)))
        return (yield effect)

    return through(serving, limited)


def _limit(ask: Ask, total_s: float | None, first_token_s: float | None) -> Ask:
    total = ask.total_timeout_s if ask.total_timeout_s is not None else total_s
    first = ask.first_token_timeout_s if ask.first_token_timeout_s is not None else first_token_s
    return replace(ask, total_timeout_s=total, first_token_timeout_s=first)
