"""What was predicted of a strategy beside what was then measured of it: the row of a calibration table."""

from decimal import Decimal
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.source import Source
from simulator.comparison.whatif import Tables
from simulator.figures import Figures, Interval
from simulator.run.percentiles import exact, intervals
from simulator.run.rows import Rows

Way = Literal["earlier run", "recorded answers", "rehearsal"]
"""earlier run: what another run had recorded, fixed before this one began · recorded answers: what this run recorded
for other strategies · rehearsal: the provider profile in virtual time."""


class Totals(Figures):
    """What a strategy cost and took. Seconds from the schedule; failures are +∞."""

    requests: int
    cost_per_request: Decimal | None
    """None where a call has no price."""
    first_token_p95: float | None
    response_p95: Interval
    """With its 95 % interval where it was measured."""
    error_share: float | None


class Prediction(Figures):
    """One strategy at 1×: predicted and measured, or why there is no prediction."""

    strategy: str
    by: Way
    predicted: Totals | None
    measured: Totals | None
    cost_off_by: float | None = None
    """Predicted ÷ measured − 1; None where either is unknown."""
    p95_off_by: float | None = None
    note: str | None = None


def beside(source: Source, strategy: str, predicted: Tables, *, by: Way, same: bool = True) -> Prediction:
    """Rows that were predicted beside those that `source` measured: of the same requests, or of all it sent.

    Both are priced at the rates of `source`, so that a difference is usage and never a price.
    """
    asked = pc.unique(predicted[1]["request_id"]) if same else None
    measured: Tables = (_of(source.calls, strategy, source, asked), _of(source.requests, strategy, source, asked))
    if not len(measured[1]):
        return Prediction(strategy=strategy, by=by, predicted=None, measured=None, note="it was not run at 1×")
    ahead, then = _totals(source, predicted), _totals(source, measured)
    return Prediction(
        strategy=strategy,
        by=by,
        predicted=ahead.model_copy(update={"response_p95": Interval(value=ahead.response_p95.value)}),
        measured=then,
        cost_off_by=_off(ahead.cost_per_request, then.cost_per_request),
        p95_off_by=_off(ahead.response_p95.value, then.response_p95.value),
        note=None if same else "on other requests than those it was predicted for: their mix may differ",
    )


def _of(table: pa.Table, strategy: str, source: Source, asked: pa.Array | None) -> pa.Table:
    rows = source.first(table, strategy)
    return rows if asked is None else rows.filter(pc.is_in(rows["request_id"], value_set=asked))


def _totals(source: Source, tables: Tables) -> Totals:
    calls, requests = tables
    rows, costs = Rows.of(calls, requests), source.costs(calls)
    due = rows.offered
    response, first = rows.response[due], rows.shown[due]
    return Totals(
        requests=len(requests),
        cost_per_request=None if None in costs else sum((c for c in costs if c), Decimal(0)) / len(requests),
        first_token_p95=exact(first[~np.isnan(first)], 95) if np.isfinite(first).any() else None,
        response_p95=intervals(response, rows.originals[due], percents=[95])[0],
        error_share=float((due & ~rows.answered).sum() / due.sum()) if due.any() else None,
    )


def _off(predicted: Decimal | float | None, measured: Decimal | float | None) -> float | None:
    if predicted is None or not measured or not np.isfinite(float(measured)):
        return None
    return float(predicted) / float(measured) - 1
