import pytest

from simulator.comparison import compare
from simulator.comparison.claimed import check, check_all
from simulator.errors import BadInput
from simulator.scenario.claim import Claimed
from simulator.verdicts.claims import Claim
from tests.comparison.ledger import Ledger

CLAIM = Claim.parse("saves 60-70% with 75% of requests on the small model")


def _run(*strategies: str, small_usd: str = "0.06") -> Ledger:
    ledger = Ledger()
    for number in range(100):
        request, hard = f"r{number}", number % 4 == 0
        ledger.add("single", request, ("big", "ok", "1"))
        for strategy in strategies:
            answer = ("big", "ok", "1") if hard else ("small", "ok", small_usd)
            ledger.add(strategy, request, ("small", "classify", "0.01"), answer)
    return ledger


def test_a_claim_about_the_only_other_strategy() -> None:
    # 75 of 100 requests at $0.06 instead of $1 and $0.01 for each label: S = 0.75 · 0.94 − 0.01 = 69.5 %.
    verdict = check(CLAIM, compare(*_run("routed").tables(), baseline="single"))
    assert verdict.outcome == "holds"
    assert verdict.clauses[0].measured == pytest.approx(0.695)


def test_a_price_ratio_that_is_too_small_turns_it() -> None:
    verdict = check(CLAIM, compare(*_run("routed", small_usd="0.33").tables(), baseline="single"))
    assert verdict.outcome == "fails"
    ratio = next(flip for flip in verdict.flips if flip.input.startswith("cost of a moved request"))
    assert (ratio.measured, ratio.needed) == (pytest.approx(0.33), pytest.approx(1 - 0.61 / 0.75))


def test_several_strategies_need_a_name() -> None:
    comparison = compare(*_run("a", "b").tables(), baseline="single")
    with pytest.raises(BadInput, match="say which strategy the claim is about: a, b"):
        check(CLAIM, comparison)
    assert check(CLAIM, comparison, strategy="b").outcome == "holds"
    for missing in ({"strategy": "c"}, {"strategy": "a", "scale": 7.0}):
        with pytest.raises(BadInput, match="beside the baseline 'single' this run has a at 1×, b at 1×"):
            check(CLAIM, comparison, **missing)


def test_a_strategy_that_fails_to_answer_saves_nothing_by_it() -> None:
    ledger = Ledger()
    for number in range(100):
        ledger.add("single", f"r{number}", ("big", "ok", "1"))
        ledger.add("routed", f"r{number}", ("big", "overloaded", "0") if number % 5 else ("big", "ok", "1"))
    comparison = compare(*ledger.tables(), baseline="single")
    assert comparison.contenders[1].saving is not None
    assert comparison.contenders[1].saving.total.value == pytest.approx(0.8)
    verdict = check(Claim.parse("saves 60-70%"), comparison)
    assert (verdict.outcome, verdict.clauses[0].measured) == ("fails", pytest.approx(0.0))


def test_every_claim_of_a_scenario_is_checked_or_says_why_not() -> None:
    comparison = compare(*_run("routed").tables(), baseline="single")
    sentences = [
        Claimed(says=CLAIM),
        Claimed(says=Claim.parse("saves 80%"), strategy="routed"),
        Claimed(says=CLAIM, strategy="cascade"),
        Claimed(says=CLAIM, scale=10.0),
    ]
    found = check_all(sentences, comparison)
    assert [(one.strategy, one.verdict.outcome) for one in found] == [
        ("routed", "holds"),
        ("routed", "fails"),
        ("cascade", "no data"),
        ("routed", "no data"),
    ]
    assert [one.note is None for one in found] == [True, True, False, False]
