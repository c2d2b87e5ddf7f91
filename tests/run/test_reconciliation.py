"""Both sides of each equation, whatever became of the requests."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from simulator.calls import Outcome
from simulator.run.metrics import rung_figures
from simulator.run.reconciliation import Reconciliation, reconcile
from tests.run.hand import Rows, asked, record, tables

USD = Decimal("0.01")
outcomes = st.lists(st.tuples(st.sampled_from(list(Outcome)), st.integers(1, 3)), min_size=1, max_size=40)


def rows_of(drawn: list[tuple[Outcome, int]]) -> list[Rows]:
    return [asked(f"s{n}", n / 4, outcome=outcome, attempts=tries) for n, (outcome, tries) in enumerate(drawn)]


def reconciled(
    rows: list[Rows], *, planned: int, ledger: Decimal, unseen: int = 0, health: dict[str, float] | None = None
) -> Reconciliation:
    calls, requests = tables(rows)
    sent = sum(request.attempts > 0 for _, own in rows for request in own)
    rungs = rung_figures(calls, requests, rungs=[record(planned, sent=sent + unseen, health=health or {})])
    return reconcile(rungs, calls=calls, requests=requests, ledger_usd=ledger, row_costs=[USD] * len(calls))


@given(outcomes, st.integers(0, 5))
def test_every_planned_request_is_settled_once_and_every_attempt_is_counted(
    drawn: list[tuple[Outcome, int]], unrecorded: int
) -> None:
    rows = rows_of(drawn)
    planned = len(rows) + unrecorded
    found = reconciled(rows, planned=planned, ledger=USD * sum(len(calls) for calls, _ in rows))
    assert found.problems == []
    assert found.holds
    assert sum(found.settled.values()) == found.planned == planned


def test_a_row_too_many_and_a_cent_too_few_are_named() -> None:
    rows = [asked("a", 1.0), asked("b", 2.0)]
    assert reconciled(rows, planned=1, ledger=Decimal("0.01")).problems == [
        "single at 1×: planned 1 ≠ settled 2",
        "ledger 0.01 USD ≠ sum of the rows 0.02 USD",
    ]


def test_a_row_that_never_arrived_is_missed() -> None:
    found = reconciled([asked("a", 1.0)], planned=1, ledger=USD, unseen=1)
    assert found.problems == ["single at 1×: the driver counted 2 sent ≠ 1 among the rows"]


def test_times_that_the_driver_did_not_see_are_named() -> None:
    """Four requests of 1.5 s in 10 s are 0.6 in flight; looks that saw 0.3 leave no room for that."""
    rows, seen = [asked(f"s{n}", 2.0 * n) for n in range(4)], {"in_flight_mean": 0.3, "in_flight_every_s": 0.05}
    (problem,) = reconciled(rows, planned=4, ledger=4 * USD, health=seen).problems
    assert problem.startswith("single at 1×: the driver saw 50 % of the requests in flight that its rows tell of")


def test_a_worker_that_died_left_rows_that_nobody_counted() -> None:
    """Of two workers one reported, and what it counted is no total."""
    rows, died = [asked("a", 1.0), asked("b", 2.0)], {"workers_planned": 2, "workers_reported": 1}
    assert reconciled(rows, planned=2, ledger=2 * USD, unseen=-1, health=died).problems == []


def test_an_answer_from_a_store_was_served_by_no_attempt() -> None:
    (calls, (request,)) = asked("a", 1.0)
    stored = replace(asked("b", 2.0)[1][0], attempts=0, served_call_id=None)
    assert reconciled([(calls, [request, stored])], planned=2, ledger=USD).problems == []


def test_a_served_attempt_that_no_request_names_is_told() -> None:
    (calls, (request,)) = asked("a", 1.0)
    found = reconciled([(calls, [replace(request, served_call_id=None)])], planned=1, ledger=USD)
    assert found.problems == ["attempts that were served 1 ≠ requests that name one 0"]


def test_an_attempt_that_no_request_counted_is_named() -> None:
    (calls, row), (other, _) = asked("a", 1.0), asked("b", 2.0, outcome="rate_limited")
    found = reconciled([(calls + other, row)], planned=1, ledger=2 * USD)
    assert found.problems == ["attempts that requests counted 1 ≠ rows of the ledger 2"]
