"""The three who may say how good answers are: each alone, each with its provenance."""

import numpy as np
import pytest

from simulator.comparison.frontier import frontier
from simulator.comparison.judges import Priors, Validated
from simulator.comparison.labels import Labels
from simulator.comparison.quality import segments
from simulator.figures import Interval
from simulator.verdicts.claims import Claim, judge
from simulator.verdicts.clauses import Facts, quality
from tests.comparison.ledger import Ledger

MARGIN = Claim.parse("no visible loss").loss_below or 0.0
DIFFICULTY = {f"r{n}": "hard" if n % 4 == 0 else "easy" for n in range(40)}
PRIORS = Priors({"big": 0.95, "small": {"easy": 0.95, "hard": 0.55}}, DIFFICULTY)


def checked(valid_small: object = False, *, count: int = 40) -> Ledger:
    """Big is always valid; small on every second request, and on the others as told."""
    ledger = Ledger()
    for number in range(count):
        for strategy, model in (("single", "big"), ("routed", "small")):
            ledger.add(strategy, f"r{number}", (model, "ok", "1" if model == "big" else "0.1"))
            ledger.calls[-1]["valid"] = True if model == "big" or number % 2 else valid_small
    return ledger


def test_a_validator_judges_the_answer_that_was_served_in_each_row() -> None:
    calls, requests, costs = checked().tables()
    judge = Validated("valid JSON")
    (one,) = segments(calls, requests, judge, strategy="routed", baseline="single", scale=1.0)
    assert (one.segment, one.pairs, one.delta, one.assumed) == ("question", 40, -0.5, False)
    assert quality(MARGIN, [one]).outcome == "fails"
    found = frontier(calls, requests, costs, judge, scale=1.0)
    assert [(place.strategy, place.quality) for place in found.places] == [("routed", 0.5), ("single", 1.0)]
    assert (found.provenance, found.oracle is not None) == ("measured", True)
    assert found.quality == "the share of answers that were valid JSON, by the scenario's validator"


def test_an_answer_that_nothing_checked_is_no_pair() -> None:
    calls, requests, _ = checked(valid_small=None).tables()
    (one,) = segments(calls, requests, Validated("valid JSON"), strategy="routed", baseline="single", scale=1.0)
    assert (one.pairs, one.delta) == (20, 0.0)


def test_the_draft_that_a_cascade_threw_away_is_not_the_answer() -> None:
    ledger = Ledger()
    ledger.add("single", "r0", ("big", "ok", "1"))
    ledger.calls[-1]["valid"] = True
    ledger.add("routed", "r0", ("small", "ok", "0.1"), ("big", "ok", "1"))
    ledger.calls[-2]["valid"], ledger.calls[-1]["valid"] = False, True
    calls, requests, _ = ledger.tables()
    (one,) = segments(calls, requests, Validated("valid JSON"), strategy="routed", baseline="single", scale=1.0)
    assert (one.pairs, one.delta) == (1, 0.0)


def test_priors_give_expectations_and_neither_oracle_nor_scores() -> None:
    found = frontier(*checked().tables(), PRIORS, scale=1.0)
    assert [(place.strategy, place.quality) for place in found.places] == [
        ("routed", pytest.approx(0.75 * 0.95 + 0.25 * 0.55)),
        ("single", pytest.approx(0.95)),
    ]
    assert found.places[0].cost_per_good == pytest.approx(0.1 / 0.85)
    assert (found.provenance, found.oracle, found.routers) == ("assumed", None, None)
    assert found.note is not None
    assert "does not say which request" in found.note


def test_a_clause_about_quality_turns_at_a_prior_or_at_a_share() -> None:
    """Hard requests: 55 % declared of small where big has 95 %. One point less is 94 %, or one in forty."""
    calls, requests, _ = checked().tables()
    found = segments(calls, requests, PRIORS, strategy="routed", baseline="single", scale=1.0)
    verdict = judge(Claim.parse("no visible loss"), Facts(Interval(value=0.5), None, found))
    assert [(flip.clause, flip.says) for flip in verdict.flips] == [
        ("quality", "good answers among what moves in hard: 55 % declared, turns at 94 %"),
        ("quality", "share of hard that moves: 100 % measured, turns at 2.5 %"),
    ]


def test_a_claim_can_fail_by_priors_but_never_hold() -> None:
    calls, requests, _ = checked().tables()
    easy, hard = segments(calls, requests, PRIORS, strategy="routed", baseline="single", scale=1.0)
    assert (easy.segment, easy.pairs, easy.delta) == ("easy", 30, 0.0)
    assert (hard.segment, hard.delta, hard.low) == ("hard", pytest.approx(-0.4), None)
    lost, held = quality(MARGIN, [easy, hard]), quality(MARGIN, [easy])
    assert (lost.outcome, lost.provenance, lost.measured) == ("fails", "assumed", None)
    assert lost.says == "worst of 2 segments, hard: -40 pp by what the scenario declares, assumed"
    assert held.outcome == "no data"
    assert "assumed: nobody has looked; judged answers of 300 sessions or more" in held.says


def test_a_model_or_difficulty_without_a_prior_is_not_known() -> None:
    unknown = np.full(3, np.nan)
    known = PRIORS.of(["r0", "r1", "elsewhere"], ["small", "other", "small"], unknown)
    assert known.tolist()[0] == 0.55
    assert np.isnan(known[1:]).all()
    assert PRIORS.of(["elsewhere"], ["big"], unknown[:1]).tolist() == [0.95]


def test_labels_do_not_look_at_rows() -> None:
    found = Labels({("r0", "big"): 0.25}, {}).of(["r0", "r1"], ["big", "big"], np.array([1.0, 1.0]))
    assert found[0] == 0.25
    assert np.isnan(found[1])
