"""Predicted beside measured: how far off the forecast of each strategy was."""

from collections.abc import Iterator

from simulator.comparison.prediction import Prediction, Totals
from simulator.reports.table import Cell, Column, Table, interval_text, noted, unjudged
from simulator.summary import Summary
from simulator.units import seconds_text, share_text, usd_text


def predictions(summary: Summary) -> Table:
    """One row per strategy and way of prediction, at 1×; empty where nothing was predicted."""
    return Table(
        "Predicted and measured",
        (
            Column("strategy"),
            Column("predicted by", detail=True),
            Column("requests", numeric=True, detail=True),
            Column("cost per request, predicted", numeric=True, provenance="priced"),
            Column("measured", numeric=True, provenance="priced"),
            Column("TTFT p95, predicted → measured", numeric=True, detail=True),
            Column("response p95, predicted", numeric=True, provenance="extrapolated"),
            Column("measured", numeric=True, provenance="measured"),
            Column("errors", numeric=True),
        ),
        tuple(_row(one, one.predicted, one.measured) for one in summary.predictions if one.predicted and one.measured),
        tuple(_notes(summary)),
    )


def _row(one: Prediction, ahead: Totals, then: Totals) -> tuple[Cell, ...]:
    both = (ahead, then)
    return (
        Cell(one.strategy),
        Cell(one.by),
        Cell(" → ".join(f"{count:,}" for count in dict.fromkeys(side.requests for side in both))),
        Cell(f"{usd_text(ahead.cost_per_request)} ({off_text(one.cost_off_by)})"),
        Cell(usd_text(then.cost_per_request)),
        Cell(" → ".join(seconds_text(side.first_token_p95) for side in both)),
        Cell(f"{interval_text(ahead.response_p95)} ({off_text(one.p95_off_by)})"),
        Cell(interval_text(then.response_p95)),
        Cell(" → ".join(share_text(side.error_share) for side in both)),
    )


def off_text(share: float | None) -> str:
    """`+7.1 %`, `−0.0 %`: a tenth of a percent says enough of a forecast; `unknown` where a side is."""
    return "unknown" if share is None else f"{share * 100:+.1f} %".replace("-", "−")


def _notes(summary: Summary) -> Iterator[str]:
    if not summary.predictions:
        return
    yield (
        "In brackets: predicted ÷ measured − 1, at 1× and this run's prices, warm-up included. "
        "Errors: share not answered, predicted → measured."
    )
    if any(one.by == "earlier run" and one.predicted for one in summary.predictions):
        yield "earlier run: worked out from what that run recorded, and fixed before this one began."
    if any(one.by == "recorded answers" and one.predicted for one in summary.predictions):
        yield "recorded answers: from what this run recorded for other strategies and its matrix, without its own rows."
    yield from noted((f"{one.strategy} by {one.by}", one.note) for one in summary.predictions)
    yield from unjudged(summary)
