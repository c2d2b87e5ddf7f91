"""Calls × dated rates = dollars. Every line item is exact; what has no price is counted, never $0."""

from decimal import Decimal

from simulator.figures import Figures


class LineItem(Figures):
    """One meter of one model in one rung: quantity × unit price. Quantities are summed exactly before pricing."""

    scale: float
    strategy: str
    replicate: int
    model: str
    purpose: str
    outcome: str
    meter: str
    quantity: int
    usd_per_million: Decimal
    cost: Decimal
    layer: str
    source: str


class RungCost(Figures):
    """The dollars of one rung. `total` is None only where nothing of it could be priced."""

    scale: float
    strategy: str
    replicate: int
    total: Decimal | None
    per_request: Decimal | None
    """Per planned request."""
    per_answered: Decimal | None
    """All attempts' cost over answered requests: failures and retries are in the numerator."""
    wasted: Decimal
    """Billed for attempts whose answer no user was served (DESIGN rule 4); classifier calls are overhead, not waste."""
    overhead: Decimal
    """Billed for classify, judge and other attempts that are not answers."""
    by_model: dict[str, Decimal]
    by_meter: dict[str, Decimal]
    unpriced_calls: int
    assumed_usage_calls: int
    """Attempts whose tokens the server did not report."""


class Bill(Figures):
    """A run priced at one instant. The sum of `items` = the sum of `rungs` = `total` (DESIGN rule 11)."""

    priced_at: str
    book: str
    catalogue: str
    items: list[LineItem]
    rungs: list[RungCost]
    total: Decimal
    unpriced_calls: int
    unpriced_reasons: dict[str, int]
