"""Predicted beside measured as lines of a terminal."""

from collections.abc import Iterator

from simulator.comparison.prediction import Prediction, Totals
from simulator.reports.tables.predictions import off_text
from simulator.units import seconds_text, share_text, usd_text

_HEAD = (
    f"{'strategy':<16} {'predicted by':<17}{'requests':>9}  {'cost per request':<34}{'response p95':<30}not answered"
)


def lines(found: list[Prediction]) -> Iterator[str]:
    """A line per prediction: predicted → measured, and how far off."""
    yield _HEAD
    for one in found:
        start = f"{one.strategy:<16} {one.by:<17}"
        if one.predicted is None or one.measured is None:
            yield f"{start}{'none':>9}  {one.note}"
            continue
        yield f"{start}{one.predicted.requests:>9}  {_line(one, one.predicted, one.measured)}"
    yield from dict.fromkeys(f"{one.by}: {one.note}" for one in found if one.note and one.predicted)
    yield "predicted → measured at 1×, warm-up included; a strategy's own rows were not used to predict it"


def _line(one: Prediction, predicted: Totals, measured: Totals) -> str:
    cost = (
        f"{usd_text(predicted.cost_per_request)} → {usd_text(measured.cost_per_request)} ({off_text(one.cost_off_by)})"
    )
    late = [seconds_text(side.response_p95.value) for side in (predicted, measured)]
    errors = [share_text(side.error_share) for side in (predicted, measured)]
    return f"{cost:<34}{' → '.join(late) + f' ({off_text(one.p95_off_by)})':<30}{' → '.join(errors)}"
