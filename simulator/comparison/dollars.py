"""What one model's recorded answers cost, and what tokens cost that were not recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.strategies.effects import BATCH
from simulator.strategies.warmth import UNCACHED

Dollars = NDArray[np.object_]
"""One `Decimal` per request."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars per million tokens of one model, of a prompt that is not long and without a prompt cache."""

    input_usd: Decimal
    output_usd: Decimal
    long: int | None = None
    """From how many tokens a prompt pays other prices; None: never."""

    @classmethod
    def of(cls, source: Source, model: str, *, tier: str | None = None, writes: bool = True) -> Self:
        """An embedder writes nothing, and has no price for it. Raises BadInput for what the book does not know."""
        rates = source.book.rates(model, at=source.at, tier=tier)

        def usd(meter: str) -> Decimal:
            return rates.rate_of(meter, rates.standard).usd_per_million

        long = rates.bands[1].first if len(rates.bands) > 1 else None
        return cls(usd("input_tokens"), usd("output_tokens") if writes else Decimal(0), long)


@dataclass(frozen=True, slots=True)
class Later:
    """One model at the batch tier."""

    rate: Rate
    paid: Dollars
    """What its recorded answers would have cost there, without a prompt cache; empty of an embedder."""

    @classmethod
    def of(cls, source: Source, model: str, answers: pa.Table | None) -> Self:
        """From its answers; None of an embedder. Raises BadInput where the price book has no such tier."""
        rate = Rate.of(source, model, tier=BATCH, writes=answers is not None)
        if answers is None:
            return cls(rate, np.array([], dtype=object))
        return cls(rate, priced(with_columns(answers, {**UNCACHED, "tier": BATCH}), source))


def priced(rows: pa.Table, source: Source) -> Dollars:
    """Of each row. Raises BadInput where one has no price."""
    costs = source.costs(rows)
    if None in costs:
        raise BadInput(f"no price for {costs.count(None)} answers of {rows['model'][0]}; add it to the price book")
    return np.array(costs, dtype=object)


def with_columns(rows: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """The same rows with other columns: one value each, or one for all."""
    for name, value in values.items():
        field, count = rows.schema.field(name), len(rows)
        column = pa.array(np.broadcast_to(value, count) if not isinstance(value, str) else [value] * count, field.type)
        rows = rows.set_column(rows.schema.get_field_index(name), field, column)
    return rows
