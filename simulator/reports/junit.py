"""junit.xml: one test case per objective, scale and strategy, and one for the run itself. No data is a failure."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from simulator.comparison.claimed import CheckedClaim
from simulator.reports.headline import headline
from simulator.reports.tables.objectives import value_text
from simulator.summary import Summary
from simulator.units import scale_text
from simulator.verdicts.objectives import Judgement

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def render(summary: Summary) -> str:
    """JUnit XML. `time` is left out: a latency is a result here, not how long a test took."""
    suites = ET.Element("testsuites", name="tenfold")
    suite = ET.SubElement(suites, "testsuite", name=_legal(summary.run.scenario), timestamp=summary.run.started_at)
    _run(suite, summary)
    _books(suite, summary)
    for judgement in summary.objectives:
        _case(suite, judgement)
    for claim in summary.claims:
        _claim(suite, claim)
    for element in (suites, suite):
        element.set("tests", str(len(suite.findall("testcase"))))
        element.set("failures", str(len(suite.findall("testcase/failure"))))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def write(summary: Summary, path: Path) -> None:
    """The results as a file in UTF-8."""
    path.write_text(render(summary), encoding="utf-8")


def _run(suite: ET.Element, summary: Summary) -> None:
    """An invalid or unfinished run fails by itself: its latency was not judged."""
    case = ET.SubElement(suite, "testcase", classname="run", name="the run is valid and complete")
    found = headline(summary)
    if not found.trusted or summary.run.status != "complete":
        _fail(case, "run", message=f"{summary.run.verdict}, {summary.run.status}", why=found.trust)
    ET.SubElement(case, "system-out").text = _legal("\n".join((found.sentence, *found.cautions)))


def _books(suite: ET.Element, summary: Summary) -> None:
    case = ET.SubElement(suite, "testcase", classname="run", name="the books reconcile")
    if not summary.reconciliation.holds:
        _fail(case, "run", message="does not reconcile", why=str(summary.reconciliation))


def _case(suite: ET.Element, judgement: Judgement) -> None:
    place = f"{judgement.strategy}.{scale_text(judgement.scale)}"
    case = ET.SubElement(suite, "testcase", classname=_legal(place), name=_legal(judgement.objective))
    target = value_text(judgement.target, judgement.unit)
    if judgement.outcome == "no data":
        why = f"no data is not a pass; target {target}; {judgement.note or 'nothing to judge by'}"
        _fail(case, "no data", message="no data", why=why)
    elif judgement.outcome == "fail":
        measured = value_text(judgement.measured, judgement.unit)
        why = "; ".join(filter(None, (_evidence(judgement), judgement.note)))
        _fail(case, "fail", message=f"{measured}, target {target}", why=why)
    ET.SubElement(case, "system-out").text = _legal(_evidence(judgement))


def _claim(suite: ET.Element, checked: CheckedClaim) -> None:
    found = checked.verdict
    case = ET.SubElement(suite, "testcase", classname=_legal(f"{checked.strategy}.claim"), name=_legal(found.claim))
    why = "\n".join(f"{clause.name}: {clause.outcome}; {clause.says}" for clause in found.clauses) or str(checked.note)
    if found.outcome != "holds":
        _fail(case, found.outcome, message=found.outcome, why=why)
    ET.SubElement(case, "system-out").text = _legal(why)


def _evidence(judgement: Judgement) -> str:
    low, high = (value_text(bound, judgement.unit) for bound in (judgement.low, judgement.high))
    bounds = "" if judgement.low is None or judgement.high is None else f" [{low}, {high}]"
    return f"{value_text(judgement.measured, judgement.unit)}{bounds}, {judgement.provenance}"


def _fail(case: ET.Element, kind: str, *, message: str, why: str) -> None:
    failure = ET.SubElement(case, "failure", message=_legal(message), type=kind)
    failure.text = _legal(why)


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("�", text)
