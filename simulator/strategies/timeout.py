"""Time limits that a node lays on the calls below it."""

from dataclasses import replace

from simulator.strategies.effects import Ask, Serving
from simulator.strategies.node import with_asks


def bounded(serving: Serving, *, total_s: float | None, first_token_s: float | None) -> Serving:
    """The same serving, its calls limited where they have no limit of their own (seconds from the send)."""
    if total_s is None and first_token_s is None:
        return serving

    def limited(ask: Ask) -> Ask:
        total = ask.total_timeout_s if ask.total_timeout_s is not None else total_s
        first = ask.first_token_timeout_s if ask.first_token_timeout_s is not None else first_token_s
        return replace(ask, total_timeout_s=total, first_token_timeout_s=first)

    return with_asks(serving, limited)
