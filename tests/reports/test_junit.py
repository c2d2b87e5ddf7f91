"""junit.xml."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from simulator.reports.junit import render
from simulator.summary import Summary


def cases(summary: Summary) -> list[ET.Element]:
    return ET.fromstring(render(summary)).findall("testsuite/testcase")


def failed(summary: Summary) -> list[str]:
    return [case.get("name", "") for case in cases(summary) if case.find("failure") is not None]


def test_one_case_per_objective_and_rung_and_two_for_the_run(summary: Summary) -> None:
    assert len(cases(summary)) == len(summary.objectives) + 2


def test_failures_are_the_objectives_that_failed(launch: Summary) -> None:
    assert failed(launch) == [one.objective for one in launch.objectives if one.outcome == "fail"]


def test_no_data_is_a_failure_that_says_so(invalid: Summary) -> None:
    texts = [
        node.text or "" for case in cases(invalid) for node in case.findall("failure") if node.get("type") == "no data"
    ]
    assert len(texts) == 12
    assert all("no data is not a pass" in text and "latency not judged" in text for text in texts)


def test_an_invalid_run_fails_by_itself(invalid: Summary, launch: Summary) -> None:
    assert "the run is valid and complete" in failed(invalid)
    assert "the run is valid and complete" not in failed(launch)


def test_books_that_do_not_reconcile_fail(launch: Summary) -> None:
    broken = launch.model_copy(update={"reconciliation": launch.reconciliation.model_copy(update={"holds": False})})
    assert "the books reconcile" in failed(broken)


def test_counts_in_the_head_are_those_of_the_body(summary: Summary) -> None:
    suite = ET.fromstring(render(summary)).find("testsuite")
    assert suite is not None
    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))


@given(name=st.text())
def test_any_name_makes_legal_xml(launch: Summary, name: str) -> None:
    renamed = [one.model_copy(update={"strategy": name, "note": name}) for one in launch.objectives[:2]]
    found = cases(launch.model_copy(update={"objectives": renamed}))
    assert len(found) == 4
