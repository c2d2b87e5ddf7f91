"""Claims in every report: clause by clause, and none without claims."""

import pytest

from simulator.comparison.claimed import CheckedClaim
from simulator.reports import gate, html, junit, markdown, terminal
from simulator.summary import Summary
from simulator.verdicts.claims import Verdict
from simulator.verdicts.clauses import Clause
from tests.reports.conftest import whole

SENTENCE = "saves 60-70% with 75% of requests on the small model"


def _claimed(outcome: str) -> Summary:
    clause = Clause(name="saving", claimed="60 % to 70 %", measured=0.5, outcome="fails", says="10 pp short of 60 %")
    verdict = Verdict(claim=SENTENCE, outcome="fails", clauses=[clause], flips=[], break_even=[])
    if outcome == "no data":
        verdict = Verdict(claim=SENTENCE, outcome="no data", clauses=[], flips=[], break_even=[])
    if outcome == "holds":
        verdict = verdict.model_copy(update={"outcome": "holds"})
    checked = CheckedClaim(strategy="routed", scale=None, verdict=verdict, note="nothing to check: not run")
    passed = [one.model_copy(update={"outcome": "pass"}) for one in whole().objectives]
    return whole(objectives=passed, claims=[checked])


@pytest.mark.parametrize(("outcome", "word"), [("fails", "FAILS"), ("no data", "NO VERDICT"), ("holds", "PASSES")])
def test_a_claim_that_is_not_borne_out_is_no_pass(outcome: str, word: str) -> None:
    summary = _claimed(outcome)
    found = gate.gate(summary)
    assert found["verdict"].startswith(word)
    assert found["claims"] == [{"strategy": "routed", "claim": SENTENCE, "outcome": outcome}]
    assert ("1 of 1 claims is not borne out" in found["sentence"]) == (outcome != "holds")
    failures = junit.render(summary).count(f'name="{SENTENCE}">\n      <failure')
    assert failures == (0 if outcome == "holds" else 1)


@pytest.mark.parametrize(
    ("outcome", "says"), [("fails", "10 pp short of 60 %"), ("no data", "nothing to check: not run")]
)
def test_every_report_says_by_how_much(outcome: str, says: str) -> None:
    summary = _claimed(outcome)
    for text in (terminal.render(summary, width=200), markdown.render(summary), html.render(summary, charts=[])):
        assert says in text.replace("\N{NO-BREAK SPACE}", " ")


def test_without_claims_there_is_no_table(launch: Summary) -> None:
    assert "CLAIMS" not in terminal.render(launch)
    assert "Claims" not in markdown.render(launch)
