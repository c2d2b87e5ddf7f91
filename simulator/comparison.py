"""Strategies side by side on identical arrivals: cost, latency, errors, and the saving with its parts."""

from decimal import Decimal

from simulator.figures import Figures, Interval


class Saving(Figures):
    """S = share of the baseline's bill moved to cheaper models − overhead − waste, from paired sessions."""

    total: Interval
    """Share of the baseline's cost saved; negative when dearer."""
    moved: float | None
    """Saved by answering on cheaper models."""
    overhead: float | None
    """Spent on classifiers and judges, as a share of the baseline's cost."""
    waste: float | None
    """Spent on attempts nobody was served, beyond the baseline's own."""
    request_share_small: float | None
    """Share of requests that a model other than the baseline's answered."""
    cost_share_moved: float | None
    """Share of the baseline's bill that those same requests carried."""


class Contender(Figures):
    """One strategy at one scale beside the baseline."""

    scale: float
    strategy: str
    baseline: str
    cost: Decimal | None
    cost_per_answered: Decimal | None
    response_p95: float | None
    first_token_p95: float | None
    error_share: float | None
    answered: int
    planned: int
    saving: Saving | None
    """None for the baseline itself."""
    note: str | None = None


class Comparison(Figures):
    baseline: str
    contenders: list[Contender]
