"""gate.json."""

import json

from simulator.reports.gate import gate, render
from simulator.summary import Summary


def test_a_failing_launch_does_not_pass(launch: Summary) -> None:
    found = gate(launch)
    assert (found["passed"], found["verdict"], found["exit_code"]) == (False, "FAILS", 99)
    assert found["objectives"] == {"pass": 17, "fail": 7, "no_data": 0}


def test_all_objectives_met_in_a_valid_run_pass(launch: Summary) -> None:
    good = [one.model_copy(update={"outcome": "pass"}) for one in launch.objectives]
    assert gate(launch.model_copy(update={"objectives": good}))["passed"] is True


def test_one_without_data_keeps_the_rest_from_passing(launch: Summary) -> None:
    good = [one.model_copy(update={"outcome": "pass"}) for one in launch.objectives]
    good[0] = good[0].model_copy(update={"outcome": "no data", "measured": None})
    found = gate(launch.model_copy(update={"objectives": good}))
    assert (found["passed"], found["verdict"]) == (False, "NO VERDICT: no data")


def test_no_objectives_is_no_verdict(launch: Summary) -> None:
    assert gate(launch.model_copy(update={"objectives": []}))["passed"] is False


def test_an_invalid_run_never_passes(invalid: Summary, interrupted: Summary) -> None:
    for summary in (invalid, interrupted):
        good = [one.model_copy(update={"outcome": "pass"}) for one in summary.objectives]
        assert gate(summary.model_copy(update={"objectives": good}))["passed"] is False


def test_books_that_do_not_reconcile_never_pass(launch: Summary) -> None:
    good = [one.model_copy(update={"outcome": "pass"}) for one in launch.objectives]
    books = launch.reconciliation.model_copy(update={"holds": False})
    assert gate(launch.model_copy(update={"objectives": good, "reconciliation": books}))["passed"] is False


def test_it_is_strict_json_and_keeps_infinity_as_text(summary: Summary) -> None:
    found = json.loads(render(summary), parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))
    assert found["schema_version"] == "gate/1"
