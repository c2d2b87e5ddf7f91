"""What a comparison says: each strategy's cost, latency and errors, and its saving with the parts."""

from decimal import Decimal

from simulator.figures import Figures, Interval


class Saving(Figures):
    """total = moved + same_model + unanswered − overhead − waste, as shares of the baseline's bill."""

    total: Interval
    """Share of the baseline's cost saved; negative when dearer."""
    moved: float | None
    """Saved on requests that another model than the baseline's answered, or a store of answers."""
    same_model: float | None = None
    """Saved on requests that the same model answered: shorter answers, or (negative) a prompt cache gone cold."""
    unanswered: float | None = None
    """Saved only because a request that the baseline answered got no answer; negative where more were answered."""
    like_for_like: Interval | None = None
    """The total without `unanswered`: what is saved on equal answers."""
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
    people: Decimal = Decimal(0)
    """Of the cost: cases that people answered, at the price that the strategy declares. Assumed, the rest is priced."""
    note: str | None = None


class MovedBy(Figures):
    """The saving with one range at either of its ends, every other as a run takes it."""

    option: str
    range: str
    at_low: float | None
    at_high: float | None


class OverRanges(Figures):
    """One strategy drawn from the ranges of its file, uniform or triangular. Assumed, on top of priced.

    Sessions are not resampled here: what sampling leaves open is the saving's own interval.
    """

    strategy: str
    requests: int
    draws: int
    cost_per_request: list[Decimal]
    """P10, P50, P90."""
    saving: list[float] | None
    """P10, P50, P90; None where the baseline's bill is empty."""
    moved_by: list[MovedBy]
    """Widest first; a range that leaves the saving alone, as a person's time does, is not among them."""


class Comparison(Figures):
    baseline: str
    contenders: list[Contender]
    ranges: list[OverRanges] = []
    """Of strategies that were tried and give some numbers as ranges."""
