"""The rehearsal as people read it."""

from decimal import Decimal

from simulator.launch.rehearsing import Rehearsed, lines
from simulator.spend.bill import RungCost
from tests.run.hand import Rows, asked, figures_of


def test_refusals_are_of_the_requests_due_as_in_a_report_and_a_partial_bill_is_a_lower_bound() -> None:
    """One of three due was refused, one turn skipped: a rehearsal said 25 % where the report of the run says 33 %."""
    rung = figures_of([asked("a", 1.0), asked("b", 2.0), asked("c", 3.0, outcome="rate_limited"), skipped()])
    _, _, row, note, *_ = lines(Rehearsed(profile="hosted", rungs=[rung], costs=[cost()]))
    assert row.split()[2:5] == ["4", "2", "33.3"]
    assert row.endswith("≥ $0.50")
    assert note == "refused, errors: of requests due, without turns whose session had failed before (1 at 1× single)"


def test_valid_answers_are_a_column_only_where_something_checks_them() -> None:
    checked = figures_of([asked("a", 1.0, valid=True), asked("b", 2.0, valid=True), asked("c", 3.0, valid=False)])
    _, head, row, *_ = lines(Rehearsed(profile="hosted", rungs=[checked], costs=[cost()]))
    assert row[head.index("valid") - 1 :].split()[:2] == ["66.7", "%"]
    _, head, *_ = lines(Rehearsed(profile="hosted", rungs=[figures_of([asked("a", 1.0)])], costs=[cost()]))
    assert "valid" not in head


def test_a_long_name_moves_no_figure_from_under_its_head() -> None:
    rungs = [figures_of([asked("a", 1.0, strategy=name)]) for name in ("single", "a-cascade-with-a-long-name")]
    costs = [cost().model_copy(update={"strategy": rung.strategy}) for rung in rungs]
    _, head, *rows = lines(Rehearsed(profile="hosted", rungs=rungs, costs=costs))
    assert {len(line) for line in (head, *rows[:2])} == {len(head)}


def cost() -> RungCost:
    return RungCost(
        scale=1.0,
        strategy="single",
        replicate=1,
        total=Decimal("0.5"),
        per_request=None,
        per_answered=None,
        wasted=Decimal(0),
        overhead=Decimal(0),
        by_model={},
        by_meter={},
        unpriced_calls=1,
        assumed_usage_calls=0,
    )


def skipped() -> Rows:
    return asked("d", 4.0, outcome="skipped")
