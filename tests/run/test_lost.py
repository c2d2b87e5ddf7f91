"""A rung that left rows but no record is still in the sums."""

from decimal import Decimal

from simulator.run.health import Verdict, verdict
from simulator.run.metrics import rung_figures
from simulator.run.reconciliation import reconcile
from simulator.run.timeline import timeline
from tests.run.hand import asked, record, tables

USD = Decimal("0.01")


def test_a_rung_whose_driver_was_killed_is_counted_by_its_rows_and_nobody_vouches_for_it() -> None:
    calls, requests = tables([asked("a", 1.0), asked("b", 1.0, scale=2.0), asked("c", 2.0, scale=2.0)])
    rungs = rung_figures(calls, requests, rungs=[record(1)])
    found = reconcile(rungs, calls=calls, requests=requests, ledger_usd=3 * USD, row_costs=[USD] * 3)
    assert (found.holds, found.planned) == (True, 3)
    assert verdict(rungs, status="failed") == Verdict(
        word="INCOMPLETE", reasons=["the run is failed", "single at 2×: 0 of 1 workers reported"]
    )
    assert [second["scale"] for second in timeline(calls, requests, rungs=[record(1)])] == [1.0, 1.0, 2.0, 2.0, 2.0]


def test_rows_without_any_record_span_their_own_schedule() -> None:
    calls, requests = tables([asked("a", 4.2)])
    (figures,) = rung_figures(calls, requests, rungs=[])
    assert (figures.planned, figures.planned_span_s) == (1, 6.0)
