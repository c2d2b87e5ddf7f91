"""Both sides of each equation (house rule 11): planned and settled requests, the ledger's dollars and the rows'."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import SETTLEMENTS
from simulator.figures import Figures
from simulator.run.health import label
from simulator.run.rung import RungFigures
from simulator.units import share_text


class Reconciliation(Figures):
    """Equal or the run is broken."""

    planned: int
    settled: dict[str, int]
    ledger_usd: Decimal
    rows_usd: Decimal
    holds: bool
    problems: list[str] = []
    """Each equation that does not hold, with both sides."""


def reconcile(
    rungs: Sequence[RungFigures],
    *,
    calls: pa.Table,
    requests: pa.Table,
    ledger_usd: Decimal,
    row_costs: Iterable[Decimal | None],
) -> Reconciliation:
    """`ledger_usd` sums line items; `row_costs` are the same calls priced one by one, None where unpriced."""
    rows_usd = sum((cost for cost in row_costs if cost is not None), Decimal(0))
    problems = [*_settlements(rungs), *_attempts(rungs, calls, requests)]
    if ledger_usd != rows_usd:
        problems.append(f"ledger {ledger_usd} USD ≠ sum of the rows {rows_usd} USD")
    return Reconciliation(
        planned=sum(rung.planned for rung in rungs),
        settled={name: sum(rung.settled[name] for rung in rungs) for name in SETTLEMENTS},
        ledger_usd=ledger_usd,
        rows_usd=rows_usd,
        holds=not problems,
        problems=problems,
    )


def _settlements(rungs: Sequence[RungFigures]) -> Iterator[str]:
    for rung in rungs:
        total = sum(rung.settled.values())
        if total != rung.planned:
            yield f"{label(rung)}: planned {rung.planned} ≠ settled {total}"
        if rung.sent_by_driver not in (None, rung.sent):
            yield f"{label(rung)}: the driver counted {rung.sent_by_driver} sent ≠ {rung.sent} among the rows"
        ratio, tolerance = rung.health.littles_law_ratio, rung.health.littles_law_tolerance
        if ratio is not None and tolerance is not None and abs(ratio - 1) > tolerance:
            yield (
                f"{label(rung)}: the driver saw {share_text(ratio)} of the requests in flight that its rows tell of, "
                f"which may differ by {share_text(tolerance)} (Little's law): times or rows are wrong"
            )


def _attempts(rungs: Sequence[RungFigures], calls: pa.Table, requests: pa.Table) -> Iterator[str]:
    attempts, counted = sum(rung.attempts for rung in rungs), int(pc.sum(requests["attempts"]).as_py() or 0)
    if attempts != len(calls):
        yield f"attempts of the rungs {attempts} ≠ rows of the ledger {len(calls)}"
    if counted != len(calls):
        yield f"attempts that requests counted {counted} ≠ rows of the ledger {len(calls)}"
    served = int(pc.sum(calls["served"]).as_py() or 0)
    # An answer from a store has no attempt: what names one is compared, not what was answered.
    named = len(requests) - requests["served_call_id"].null_count
    if served != named:
        yield f"attempts that were served {served} ≠ requests that name one {named}"
