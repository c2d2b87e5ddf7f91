"""Objectives judged on rungs and months: pass, fail, or no data, which is not a pass."""

import math
from decimal import Decimal
from typing import Any

import pytest

from simulator.run.rung import RungFigures
from simulator.scenario.objective import Objective
from simulator.spend.month import MonthCost, Projection
from simulator.verdicts.objectives import Judgement, judge
from tests.run.hand import asked, figures_of


def judged(line: str, *rungs: RungFigures, **context: Any) -> list[Judgement]:
    return judge([Objective.model_validate(line)], rungs, **({"valid": True} | context))


def rung(scale: float = 1.0, *, refused: int = 0, failed: int = 0, **changes: Any) -> RungFigures:
    """100 requests of a steady window, the first ones refused, the next ones failed."""
    ends = ["rate_limited"] * refused + ["server_error"] * failed
    ends += ["ok"] * (100 - len(ends))
    return figures_of([asked(f"s{n}", 2.0, scale=scale, outcome=end, **changes) for n, end in enumerate(ends)])


@pytest.mark.parametrize(
    ("line", "outcome"), [("p(95) response_time < 1.5s", "fail"), ("p(95) response_time < 1501ms", "pass")]
)
def test_a_latency_on_its_boundary(line: str, outcome: str) -> None:
    (one,) = judged(line, rung())
    assert (one.outcome, one.measured, one.unit, one.provenance) == (outcome, 1.5, "s", "measured")


def test_six_refused_in_a_hundred_make_the_ninety_fifth_percentile_infinite() -> None:
    (one,) = judged("p(95) response_time < 8s", rung(refused=6))
    assert one.outcome == "fail"
    assert one.measured is not None
    assert math.isinf(one.measured)


@pytest.mark.parametrize(
    ("line", "measured", "outcome"),
    [
        ("refused < 2%", 0.01, "pass"),
        ("refused < 1%", 0.01, "fail"),
        ("refused <= 1%", 0.01, "pass"),
        ("errors < 2%", 0.02, "fail"),
        ("answered > 95%", 0.97, "pass"),
    ],
)
def test_shares_are_of_the_requests_that_came_to_an_end(line: str, measured: float, outcome: str) -> None:
    (one,) = judged(line, rung(refused=1, failed=2))
    assert (one.measured, one.outcome) == (measured, outcome)


def test_latency_of_an_invalid_run_is_not_judged_its_refusals_are() -> None:
    (latency,), (share,) = (judged(line, rung(), valid=False) for line in ("p(95) response_time < 8s", "refused < 1%"))
    assert (latency.outcome, latency.measured) == ("no data", None)
    assert latency.note == "the run is not valid: its latency is not judged"
    assert share.outcome == "pass"


def test_no_streamed_call_is_no_data() -> None:
    (one,) = judged("p(95) time_to_first_token < 2s", rung(first=None))
    assert (one.outcome, one.note) == ("no data", "0 streamed requests in the steady window")


def test_an_objective_at_one_scale_is_judged_there_only() -> None:
    assert [one.scale for one in judged("refused < 1% at 2x", rung(1.0), rung(2.0))] == [2.0]


def test_a_scale_that_was_not_run_is_no_data() -> None:
    (one,) = judged("refused < 1% at 5x", rung(1.0))
    assert (one.outcome, one.scale, one.note) == ("no data", 5.0, "5× was not run; add it to --scale")


def test_a_cost_without_a_bill_and_a_month_without_a_projection_are_no_data() -> None:
    notes = [judged(line, rung())[0].note for line in ("cost_per_answered < $0.01", "monthly_cost < $5,000")]
    assert notes == ["the rung was not priced", "no month was projected at 1×"]


def month(name: str, cost: int, **changes: Any) -> MonthCost:
    """A month at 1× without an interval or a budget."""
    given = {"month": name, "scale": 1.0, "strategy": "single", "sessions": 1000, "requests": 1000}
    given |= {"p10": None, "p50": Decimal(cost), "p90": None, "provenance": "extrapolated", "based_on_scale": 1.0}
    given |= {"per_request": Decimal("0.1"), "per_answered": None, "budget": None, "over_budget": "no budget"}
    return MonthCost.model_validate(given | {"chance_over_budget": None} | changes)


def test_a_month_is_judged_with_what_its_sample_leaves_out() -> None:
    """A month of refused sessions passed its budget as `P50 with P10 and P90`, of which it had neither."""
    cheap = month("2027-01", 100, note="requests of the sample were refused or failed: sessions cost less than offered")
    months = Projection(months=[cheap], tornado={}, assumptions=[], needed_sessions=None)
    (one,) = judged("monthly_cost < $5,000", rung(), projection=months)
    assert one.note == f"2027-01, P50 without an interval; {cheap.note}"


def test_the_dearest_month_is_judged() -> None:
    cheap, dear = (month(name, cost) for name, cost in (("2027-01", 100), ("2027-02", 6000)))
    months = Projection(months=[cheap, dear], tornado={}, assumptions=[], needed_sessions=None)
    (one,) = judged("monthly_cost < $5,000", rung(), projection=months)
    assert (one.outcome, one.measured) == ("fail", 6000)


def test_nine_months_in_ten_are_asked_for_by_name_and_without_an_interval_there_is_no_data() -> None:
    wide = month("2027-01", 100, p90=Decimal(7000))
    narrow = month("2027-02", 6000, p90=Decimal(6500))
    line = "p(90) monthly_cost < $6,800"
    for months, outcome, measured in (([wide, narrow], "fail", 7000), ([narrow], "pass", 6500)):
        found = Projection(months=months, tornado={}, assumptions=[], needed_sessions=None)
        (one,) = judged(line, rung(), projection=found)
        assert (one.outcome, one.measured) == (outcome, measured)
    bare = Projection(months=[narrow, month("2027-03", 10)], tornado={}, assumptions=[], needed_sessions=None)
    (one,) = judged(line, rung(), projection=bare)
    assert (one.outcome, one.note) == (
        "no data",
        "a month without an interval has no P90; it needs 30 different sessions",
    )


def test_a_target_within_the_interval_is_too_close_to_call() -> None:
    times = [asked(f"s{n}", 2.0, took=1.0 + n / 100) for n in range(100)]  # p(50) is 1.49 s
    near, far = (judged(f"p(50) response_time < {target}s", figures_of(times))[0] for target in ("1.5", "1.9"))
    assert (near.outcome, near.note) == ("pass", "too close to call: the target lies within the interval")
    assert (far.outcome, far.note) == ("pass", None)


def test_a_percentile_that_the_sample_cannot_bound_says_so() -> None:
    (one,) = judged("p(95) response_time < 8s", figures_of([asked(f"s{n}", 2.0) for n in range(40)]))
    assert (one.outcome, one.high) == ("pass", math.inf)
    assert one.note is not None
    assert one.note.endswith("too few different sessions to bound it from above")


def test_valid_answers_are_a_share_of_those_that_were_checked() -> None:
    checked = [asked(f"s{n}", 2.0, valid=n >= 5) for n in range(100)]
    unchecked = [asked(f"u{n}", 2.0) for n in range(50)]
    lost = [asked("r0", 2.0, valid=None, outcome="rate_limited")]
    assert figures_of([*checked, *unchecked, *lost]).valid == 0.95
    outcomes = [judged(line, figures_of(checked))[0].outcome for line in ("valid > 95%", "valid >= 95%", "valid > 94%")]
    assert outcomes == ["fail", "pass", "pass"]
    (one,) = judged("valid > 95%", figures_of(unchecked))
    assert (one.outcome, one.note) == ("no data", "no answer was checked")
