"""Signs that a provider metered something twice, as providers have done: a question to ask, not a proof."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.actuals.export import Actual
from simulator.spend.sides import Side, Sides

_DOUBLED = (Decimal("1.95"), Decimal("2.05"))
_NEAR = Decimal("0.02")


def equal_lines(lines: list[Actual]) -> Iterator[str]:
    """The same meter, day, quantity and amount more than once."""
    for line, times in Counter(line for line in lines if line.amount and line.meter).items():
        if times > 1:
            yield f"{times} equal lines on {line.day}: {line.description or line.model} {line.amount} {line.currency}"


def doubled_counts(expected: Sides, charged: Sides) -> Iterator[str]:
    """Counts per request that doubled, and prompts in which cached tokens are counted as fresh ones too."""
    for model, side in charged.items():
        before = expected.get(model)
        if before and before.requests and side.requests:
            grown = Decimal(side.requests) / before.requests
            yield from _doubled(model, before, side, grown)


def _doubled(model: str, before: Side, side: Side, grown: Decimal) -> Iterator[str]:
    usual = {meter: units * grown for meter, units in before.units.items()}
    fresh, cached = (usual.get(meter, Decimal(0)) for meter in ("input_tokens", "cache_read_tokens"))
    charged = side.units.get("input_tokens", Decimal(0))
    both = fresh + cached
    if cached and side.units.get("cache_read_tokens") and abs(charged - both) < both * _NEAR:
        yield f"{model}: {charged:.0f} input_tokens are fresh and cached ones together: cached tokens billed twice?"
        return
    for meter, units in side.units.items():
        if usual.get(meter) and _DOUBLED[0] <= units / usual[meter] <= _DOUBLED[1]:
            yield f"{model}: {units:.0f} {meter} where {usual[meter]:.0f} were expected: metered twice?"
