import math
from decimal import Decimal

import pytest

from simulator.comparison import compare
from simulator.errors import BadInput
from tests.comparison.ledger import Ledger

# Three requests on one big model at $1 each, and routed: r1 on the small one for $0.10, r2 on the big one after a
# refused small answer, r3 with no answer at all. A classifier costs $0.02 each time.
#
#   baseline $3.00; routed 0.12 + (0.02 + 0.05 + 0.90) + 0.02 = $1.11, so S = 1.89/3 = 63 %
#   moved (r1)         (1 − 0.10)/3 = 0.30        overhead 0.06/3 = 0.02
#   same model (r2)    (1 − 0.90)/3 = 0.0333      waste    0.05/3 = 0.016667
#   unanswered (r3)    1/3          = 0.3333      0.30 + 0.0333 + 0.3333 − 0.02 − 0.016667 = 0.63


def worked() -> Ledger:
    ledger = Ledger()
    for request in ("r1", "r2", "r3"):
        ledger.add("single", request, ("big", "ok", "1"))
    ledger.add("routed", "r1", ("small", "classify", "0.02"), ("small", "ok", "0.10"))
    ledger.add("routed", "r2", ("small", "classify", "0.02"), ("small", "length", "0.05"), ("big", "ok", "0.90"))
    ledger.add("routed", "r3", ("small", "classify", "0.02"), ("big", "overloaded", "0"))
    return ledger


EQUAL = "on equal answers it saves 29.7 %; the rest is requests that only one of the two answered"


def test_a_saving_worked_by_hand() -> None:
    single, routed = compare(*worked().tables(), baseline="single").contenders
    assert (single.cost, single.saving, single.answered) == (Decimal(3), None, 3)
    assert (routed.cost, routed.cost_per_answered) == (Decimal("1.11"), Decimal("0.555"))
    saving = routed.saving
    assert saving is not None
    assert saving.total.value == pytest.approx(0.63)
    assert saving.moved == pytest.approx(0.30)
    assert saving.same_model == pytest.approx(0.1 / 3)
    assert saving.unanswered == pytest.approx(1 / 3)
    assert saving.overhead == pytest.approx(0.02)
    assert saving.waste == pytest.approx(0.05 / 3)
    assert saving.like_for_like is not None
    assert saving.like_for_like.value == pytest.approx(0.63 - 1 / 3)
    assert routed.note == EQUAL
    assert (saving.request_share_small, saving.cost_share_moved) == (0.5, pytest.approx(1 / 3))


def test_three_sessions_give_no_interval_and_say_so() -> None:
    saving = compare(*worked().tables(), baseline="single").contenders[1].saving
    assert saving is not None
    assert (saving.total.low, saving.total.note) == (None, "3 sessions: an interval needs 30")


def test_where_nobody_was_answered_everybody_waits_for_ever() -> None:
    """The comparison said `–` of the first token, the rungs of the same report ∞."""
    ledger = Ledger()
    ledger.add("single", "r1", ("big", "server_error", "0"))
    (single,) = compare(*ledger.tables(), baseline="single").contenders
    assert (single.response_p95, single.first_token_p95) == (math.inf, math.inf)


def test_a_failure_waits_for_ever() -> None:
    single, routed = compare(*worked().tables(), baseline="single").contenders
    assert (single.response_p95, single.first_token_p95, single.error_share) == (1.0, 0.5, 0.0)
    assert (routed.response_p95, routed.first_token_p95) == (math.inf, math.inf)
    assert routed.error_share == pytest.approx(1 / 3)


def test_latency_can_be_that_of_the_steady_window() -> None:
    ledger = Ledger()
    ledger.add("single", "warming up", ("big", "ok", "1"), at=0.0, seconds=9.0)
    ledger.add("single", "steady", ("big", "ok", "1"), at=5.0, seconds=2.0)
    ledger.add("single", "draining", ("big", "ok", "1"), at=10.0, seconds=9.0)
    (single,) = compare(*ledger.tables(), baseline="single", span_s=10.0).contenders
    assert (single.response_p95, single.cost) == (2.0, Decimal(3))


def test_a_call_without_a_price_is_said_and_never_counted_as_nothing() -> None:
    ledger = worked()
    ledger.costs[-1] = None
    single, routed = compare(*ledger.tables(), baseline="single").contenders
    assert (routed.cost, routed.saving) == (None, None)
    assert routed.note == "no price for 1 of its calls: neither cost nor saving is known"
    assert single.cost == 3


def test_scales_are_compared_with_their_own_baseline() -> None:
    ledger = worked()
    ledger.add("routed", "r1", ("small", "ok", "0.10"), scale=10.0)
    last = compare(*ledger.tables(), baseline="single").contenders[-1]
    assert (last.scale, last.saving, last.note) == (10.0, None, "'single' was not run at this scale: no saving")


def test_only_requests_that_both_were_asked_are_compared() -> None:
    ledger = worked()
    ledger.add("routed", "r4", ("small", "ok", "5"))
    routed = compare(*ledger.tables(), baseline="single").contenders[1]
    assert routed.saving is not None
    assert routed.saving.total.value == pytest.approx(0.63)
    assert (routed.cost, routed.note) == (
        Decimal("6.11"),
        f"compared on the 3 of 4 requests that both were asked; {EQUAL}",
    )


def test_replicates_are_paired_with_their_own() -> None:
    ledger = Ledger()
    for replicate, usd in ((1, "1"), (2, "3")):
        ledger.add("single", "r1", ("big", "ok", usd), replicate=replicate)
        ledger.add("routed", "r1", ("small", "ok", "1"), replicate=replicate)
    routed = compare(*ledger.tables(), baseline="single").contenders[1]
    assert routed.saving is not None
    assert routed.saving.total.value == pytest.approx(0.5)


def test_a_baseline_that_was_not_run_is_refused() -> None:
    with pytest.raises(BadInput, match="baseline 'large' was not run; this run has: single, routed"):
        compare(*worked().tables(), baseline="large")


def test_copies_of_a_session_are_one_observation() -> None:
    ledger = Ledger()
    for number in range(20):
        for copy in range(10):
            request = {"scale": 10.0, "session": f"s{number}#{copy}"}
            ledger.add("single", f"r{number}#{copy}", ("big", "ok", "1"), **request)
            ledger.add("routed", f"r{number}#{copy}", ("small", "ok", "0.1"), **request)
    saving = compare(*ledger.tables(), baseline="single").contenders[1].saving
    assert saving is not None
    assert saving.total.note == "20 sessions: an interval needs 30"


def test_an_answer_that_is_checked_first_is_seen_at_its_end() -> None:
    ledger = Ledger()
    ledger.add("single", "r1", ("big", "ok", "1"), seconds=3.0)
    ledger.add("checked", "r1", ("small", "ok", "1"), seconds=3.0, node="checked.cascade.0.call")
    single, checked = compare(*ledger.tables(), baseline="single").contenders
    assert (single.first_token_p95, checked.first_token_p95) == (0.5, 3.0)


def test_what_the_run_did_not_reach_is_no_saving() -> None:
    """After a Ctrl-C early in its rung a strategy saved 95 %: the bill of the requests that it was never asked."""
    ledger = Ledger()
    for number in range(10):
        ledger.add("single", f"r{number}", ("big", "ok", "1"))
        ledger.add("routed", f"r{number}", ("small", "ok" if number < 2 else "not_reached", "0.40"))
    routed = compare(*ledger.tables(), baseline="single").contenders[1]
    assert routed.saving is not None
    assert (routed.saving.total.value, routed.saving.unanswered) == (pytest.approx(0.6), 0)
    assert routed.note == "compared on the 2 of 10 requests that both were asked"


def test_strategies_stand_as_the_scenario_lists_them_the_baseline_first() -> None:
    ledger = Ledger()
    for name in ("a", "b", "c", "d"):
        ledger.add(name, "r", ("big", "ok", "1"))
    found = compare(*ledger.tables(), baseline="c", strategies=["d", "c", "b", "a"]).contenders
    assert [one.strategy for one in found] == ["c", "d", "b", "a"]
