"""The month, worked by hand; and what makes it uncertain."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from simulator.run.metrics import rung_figures
from simulator.run.quota import KnownLimit
from simulator.scenario.projection import Launch, ProjectionPlan
from simulator.spend.projection import MonthCost, Projection, project
from tests.run.hand import Rows, asked, record, tables

LAUNCH = Launch(starts=date(2026, 12, 1), sessions_per_day=1000, weekend="50%", growth="10%/month")


def cent_a_token(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
    """One cent an output token in 2026 and two from 2027 on; refused calls report none and cost nothing."""
    rate = Decimal("0.01") if at < datetime(2027, 1, 1, tzinfo=UTC) else Decimal("0.02")
    return [rate * (tokens or 0) for tokens in calls["output_tokens"].to_pylist()]


def rung(
    scale: float, *, sessions: int = 40, refused: int = 0, strategy: str = "single", output: int = 100
) -> list[Rows]:
    """Two turns a session, of `output` ∓ 50 tokens; the last turns of `refused` sessions are refused."""
    rows = []
    for n in range(sessions):
        last = "rate_limited" if n < refused else "ok"
        common: dict[str, Any] = {"scale": scale, "strategy": strategy}
        rows.append(asked(f"s{n}", n / 10, output=output - 50, **common))
        rows.append(asked(f"s{n}", n / 10 + 3, turn=2, output=output + 50, outcome=last, **common))
    return rows


def projected(*rungs: list[Rows], **changes: Any) -> Projection:
    rows = [row for one in rungs for row in one]
    calls, requests = tables(rows)
    keys = dict.fromkeys((row.scale, row.strategy) for _, own in rows for row in own)
    records = [
        record(sum((row.scale, row.strategy) == key for _, own in rows for row in own), scale=key[0], strategy=key[1])
        for key in keys
    ]
    given: dict[str, Any] = {"price": cent_a_token, "launch": LAUNCH, "plan": ProjectionPlan(scales=[1], months=1)}
    return project(calls, requests, rung_figures(calls, requests, rungs=records), **(given | {"seed": 1} | changes))


def month(found: Projection, *, scale: float = 1.0, name: str = "2026-12", strategy: str = "single") -> MonthCost:
    (one,) = [m for m in found.months if (m.scale, m.month, m.strategy) == (scale, name, strategy)]
    return one


def test_december_by_hand() -> None:
    """December 2026: 23 weekdays × 1,000 + 8 weekend days × 500 = 27,000 sessions, each 50 + 150 tokens = $2."""
    december = month(projected(rung(1.0)))
    assert (december.sessions, december.requests, december.p50) == (27_000, 54_000, Decimal("54000.00"))
    assert (december.per_request, december.per_answered) == (Decimal(1), Decimal(1))
    assert (december.provenance, december.based_on_scale) == ("extrapolated", 1.0)


def test_an_answer_costs_more_than_a_request_where_some_are_refused() -> None:
    """20 of 40 sessions lose their second turn, $1.50 of $2: $50 for 80 requests, of which 60 were answered."""
    december = month(projected(rung(1.0, refused=20)))
    assert (december.per_request, december.per_answered) == (Decimal(50) / 80, Decimal(50) / 60)


def test_a_run_without_an_answer_has_no_month_rather_than_a_free_one() -> None:
    """An endpoint that answered every request with 503 was told to cost $0.00 a month."""
    found = projected([asked(f"s{n}", n / 10, outcome="unavailable", output=None) for n in range(40)])
    assert (found.months, found.tornado.get("single", [])) == ([], [])


def test_january_has_its_own_days_growth_and_prices() -> None:
    """January 2027: 21 weekdays and 10 weekend days = 26,000 sessions × 1.1, at $4 a session."""
    found = projected(rung(1.0), plan=ProjectionPlan(scales=[1], months=2))
    january = month(found, name="2027-01")
    assert (january.sessions, january.p50) == (28_600, Decimal("114400.00"))


def test_prices_that_change_within_a_month_hold_from_their_day_on() -> None:
    def doubling(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
        return [Decimal(1 if at.date() < date(2026, 12, 16) else 2)] * len(calls)

    found = projected(rung(1.0), price=doubling, changes=[date(2026, 12, 16)])
    # 1–15 December: 11 weekdays and 4 weekend days = 13,000 sessions × 2 calls × $1; the other 14,000 × 2 × $2.
    assert month(found).p50 == Decimal("82000.00")


def test_the_tornado_moves_each_part_of_a_month_at_its_own_price() -> None:
    """A cent an output token until the 16th, ten after: the plan is 13,000 × $2 + 14,000 × $20 = $306,000."""

    def dearer(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
        rate = Decimal("0.01") if at.date() < date(2026, 12, 16) else Decimal("0.1")
        return [rate * tokens for tokens in calls["output_tokens"].to_pylist()]

    found = projected(rung(1.0), price=dearer, changes=[date(2026, 12, 16)])
    bars = {bar.assumption: (bar.low, bar.high) for bar in found.tornado["single"]}
    assert month(found).p50 == Decimal("306000.00")
    assert bars["answer length"] == (Decimal("244800.00"), Decimal("367200.00"))


def test_a_month_says_which_of_its_days_pay_which_prices() -> None:
    """1–15 December bring 13,000 of 27,000 sessions; a launch on the 14th only two days of them."""
    changes = [date(2026, 12, 16)]
    first, second = month(projected(rung(1.0), changes=changes)).days
    assert (first.first, first.until, first.share) == (date(2026, 12, 1), date(2026, 12, 16), Decimal(13_000) / 27_000)
    assert (second.first, second.until, second.share) == (
        date(2026, 12, 16),
        date(2027, 1, 1),
        Decimal(14_000) / 27_000,
    )
    late = LAUNCH.model_copy(update={"starts": date(2026, 12, 14)})
    days = month(projected(rung(1.0), launch=late, changes=changes)).days
    assert [(one.first, one.share) for one in days] == [
        (date(2026, 12, 14), Decimal(2_000) / 16_000),
        (date(2026, 12, 16), Decimal(14_000) / 16_000),
    ]


def test_a_launch_in_mid_month_makes_that_month_partial_and_the_next_one_leads() -> None:
    launch = LAUNCH.model_copy(update={"starts": date(2026, 12, 30)})
    found = projected(rung(1.0), launch=launch, plan=ProjectionPlan(scales=[1], months=2))
    assert (month(found).sessions, month(found).note) == (2000, "partial month")
    assert found.first_full_month == "2027-01"


def test_a_hundred_times_is_a_hundred_times_the_sessions_and_never_measured() -> None:
    found = projected(rung(1.0), rung(10.0), plan=ProjectionPlan(scales=[1, 10, 100], months=1))
    hundred = month(found, scale=100.0)
    assert (hundred.sessions, hundred.provenance, hundred.based_on_scale) == (2_700_000, "extrapolated", 10.0)


def test_a_rung_that_was_refused_is_no_sample_of_what_was_offered() -> None:
    """The 10× rung refused the dear second turns of half its sessions; its sessions look cheap and are not used."""
    found = projected(rung(1.0), rung(10.0, refused=20), plan=ProjectionPlan(scales=[10], months=1))
    assert month(found, scale=10.0).based_on_scale == 1.0
    assert month(found, scale=10.0).p50 == Decimal("540000.00")


def test_where_even_the_smallest_rung_was_refused_the_bias_is_said() -> None:
    note = month(projected(rung(1.0, refused=20))).note
    assert note == "requests of the sample were refused or failed: sessions cost less than was offered"


def test_below_thirty_sessions_there_is_a_point_and_no_interval() -> None:
    few, enough = month(projected(rung(1.0, sessions=29))), month(projected(rung(1.0, sessions=30)))
    assert (few.p10, few.p90, few.note) == (None, None, "29 different sessions: P10 and P90 need 30")
    assert enough.p10 is not None
    assert enough.p10 < enough.p50 < enough.p90


def test_equal_sessions_leave_only_the_volume_uncertain() -> None:
    """With 80 % between ÷1.2 and ×1.2 of the plan, P10 and P90 lie there, within what 2,000 draws can tell."""
    december = month(projected(rung(1.0)))
    assert float(december.p50 / december.p10) == pytest.approx(1.2, rel=0.02)
    assert float(december.p90 / december.p50) == pytest.approx(1.2, rel=0.02)


@pytest.mark.parametrize(("budget", "verdict"), [(80_000, "within"), (60_000, "risk"), (53_999, "over")])
def test_the_budget_is_held_at_risk_or_broken(budget: int, verdict: str) -> None:
    december = month(projected(rung(1.0), budget=Decimal(budget)))
    assert december.over_budget == verdict
    assert (december.chance_over_budget > 0.5) == (verdict == "over")


def test_without_a_budget_there_is_no_verdict() -> None:
    december = month(projected(rung(1.0)))
    assert (december.over_budget, december.chance_over_budget) == ("no budget", None)


def test_sessions_without_a_price_are_left_out_and_counted_never_free() -> None:
    def holes(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
        owners = calls["session_id"].to_pylist()
        return [None if owner == "s0" else cost for owner, cost in zip(owners, cent_a_token(calls, at), strict=True)]

    december = month(projected(rung(1.0), price=holes))
    assert (december.p50, december.note) == (Decimal("54000.00"), "1 sessions without a price left out")


def test_a_few_cheap_sessions_do_not_stand_for_all_the_unpriced_ones() -> None:
    """A tier without a price once left one session, of refused calls only: a month of $0.00, within its budget."""

    def refused_only(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
        return [Decimal(0) if owner == "s0" else None for owner in calls["session_id"].to_pylist()]

    found = projected(rung(1.0), price=refused_only, budget=Decimal(100))
    assert (found.months, found.tornado, found.needed_sessions) == ([], {}, None)


def test_a_strategy_that_cannot_be_priced_has_no_month() -> None:
    found = projected(rung(1.0), price=lambda calls, at: [None] * len(calls))
    assert (found.months, found.tornado, found.needed_sessions) == ([], {}, None)


def test_known_limits_cap_the_busy_hour() -> None:
    quota = KnownLimit(model="gpt-4o", axis="requests", per_minute=960, burst_s=5.0, source="test")
    found = projected(rung(1.0), limits=[quota], plan=ProjectionPlan(scales=[1, 10, 100], months=1))
    # 80 requests in 10 s are 480 a minute at 1×.
    assert [round(m.capped_share, 3) for m in found.months] == [0.0, 0.8, 0.98]
    assert month(projected(rung(1.0))).capped_share is None


def test_the_needed_sessions_follow_from_their_spread() -> None:
    """Half the sessions cost $1 and half $3: CV² = 40/39 · 1/4, and (1.96 ÷ 0.1)² · CV² = 98.5, rounded up."""
    rows = [asked(f"s{n}", n / 10, output=100 if n % 2 else 300) for n in range(40)]
    assert projected(rows).needed_sessions == 99


def test_the_tornado_moves_one_assumption_at_a_time() -> None:
    found = projected(rung(1.0), plan=ProjectionPlan(scales=[1, 10], months=1))
    bars = {bar.assumption: (bar.low_label, bar.high_label, bar.low, bar.high) for bar in found.tornado["single"]}
    assert bars == {
        "sessions": ("planned ÷ 1.2", "planned × 1.2", Decimal("450000.00"), Decimal("648000.00")),
        "answer length": ("−20 %", "+20 %", Decimal("432000.00"), Decimal("648000.00")),
        "list prices": ("−10 %", "+10 %", Decimal("486000.00"), Decimal("594000.00")),
        "prompt length": ("−20 %", "+20 %", Decimal("540000.00"), Decimal("540000.00")),
    }
    widths = [bar.high - bar.low for bar in found.tornado["single"]]
    assert widths == sorted(widths, reverse=True)


def test_the_register_says_who_says_so() -> None:
    rows = {row["id"]: row for row in projected(rung(1.0)).assumptions}
    assert rows["launch.sessions_per_day"] == {
        "id": "launch.sessions_per_day",
        "value": "1,000",
        "source": "scenario",
        "provenance": "assumed",
    }
    assert rows["sample.single"]["value"] == "40 sessions, 80 requests"
    assert rows["sample.single"]["provenance"] == "measured"


def test_the_same_seed_projects_the_same() -> None:
    assert projected(rung(1.0)) == projected(rung(1.0))


def test_copies_of_a_session_make_the_sample_no_surer() -> None:
    """Ten times 40 sessions: the interval stays that of 40 different ones."""
    spread = [asked(f"s{n}", n / 10, output=100 + 10 * n) for n in range(40)]
    copies = [
        asked(f"s{n}#{k}" if k > 1 else f"s{n}", n / 10, output=100 + 10 * n, scale=10.0)
        for n in range(40)
        for k in range(1, 11)
    ]
    found = projected(spread, copies, plan=ProjectionPlan(scales=[1, 10], months=1))
    one, ten = month(found), month(found, scale=10.0)
    assert (ten.based_on_scale, ten.p50) == (10.0, one.p50 * 10)
    assert float(ten.p90 / ten.p50) == pytest.approx(float(one.p90 / one.p50))


def test_replicates_are_pooled_and_make_the_sample_no_larger() -> None:
    """The same 40 sessions twice, the second time half as dear: the month costs their mean."""
    calls, requests = tables(
        asked(f"s{n}", n / 10, output=output, replicate=again)
        for again, output in ((1, 200), (2, 100))
        for n in range(40)
    )
    figures = rung_figures(calls, requests, rungs=[record(40), record(40, replicate=2)])
    plan = ProjectionPlan(scales=[1], months=1)
    december = month(project(calls, requests, figures, price=cent_a_token, launch=LAUNCH, plan=plan, seed=1))
    assert (december.sessions, december.requests, december.p50) == (27_000, 27_000, Decimal("40500.00"))


def test_the_day_on_which_the_budget_is_spent() -> None:
    """$2,000 on a weekday, $1,000 on a weekend day: $10,000 are used up on Sunday the 6th, passed on Monday the 7th."""
    assert month(projected(rung(1.0), budget=Decimal(10_000))).budget_spent_on == date(2026, 12, 7)
    assert month(projected(rung(1.0), budget=Decimal(54_000))).budget_spent_on is None


def test_a_staged_rollout_brings_fewer_sessions_at_first() -> None:
    """Four days of ramp: 250, 500, 750 and 1,000 sessions on the first four weekdays instead of 4,000."""
    launch = Launch(starts=date(2026, 12, 1), sessions_per_day=1000, weekend="50%", ramp="4d")
    assert month(projected(rung(1.0), launch=launch)).sessions == 25_500


@pytest.mark.parametrize(("dear", "doubt"), [(1250, False), (1300, True)])
def test_the_register_says_how_much_hangs_on_the_dearest_sessions(dear: int, doubt: bool) -> None:
    """Two of 40 have 2,500 of 6,300 tokens, or 2,600 of 6,400: two fifths are a heavy tail."""
    outputs = [100] * 38 + [dear] * 2
    rows = [asked(f"s{n}", n / 10, output=output) for n, output in enumerate(outputs)]
    (said,) = (row["value"] for row in projected(rows).assumptions if row["id"] == "tail.single")
    assert said.endswith("not 8") is doubt


def test_the_register_says_what_a_longer_test_would_buy() -> None:
    rows = {row["id"]: row["value"] for row in projected(rung(1.0)).assumptions}
    assert rows["spread.single"] == "0 % sampled sessions, 100 % planned volume"
    spread = [asked(f"s{n}", n / 10, output=100 if n % 2 else 300) for n in range(40)]
    rows = {row["id"]: row["value"] for row in projected(spread).assumptions}
    assert rows["needed for ±10 %"] == "99 different sessions: a rung of 24.8 s at 1×"
    # (0.506 ÷ √40)² = 0.0064 beside (ln 1.2 ÷ 1.2816)² = 0.0202 is 24 %; the t of 40 sessions is a little wider.
    assert rows["spread.single"] == "26 % sampled sessions, 74 % planned volume"


def test_limits_refuse_in_the_busy_hours_only() -> None:
    """480 requests a minute tested at 1×, 960 allowed: at 4× the busy half of a weekday is refused by half.

    Quiet hours ask for a tenth of that, weekend hours for half: 4 × 480 ÷ 2 = 960 just fit.
    Of 27,000 sessions 23 × 1,000 × 10/11 fall into busy weekday hours, and half of those are refused.
    """
    quota = KnownLimit(model="gpt-4o", axis="requests", per_minute=960, burst_s=5.0, source="test")
    launch = LAUNCH.model_copy(update={"hours": (1.0,) * 12 + (10.0,) * 12})
    found = projected(rung(1.0), limits=[quota], launch=launch, plan=ProjectionPlan(scales=[4], months=1))
    four = month(found, scale=4.0)
    assert four.capped_share == pytest.approx(0.5)
    assert four.capped_month_share == pytest.approx(23_000 * 10 / 11 / 2 / 27_000)


def test_the_register_holds_the_test_against_the_launch() -> None:
    """40 sessions in 10 s against 1,000 a day, of which 10 in 132 fall into the hour after noon."""
    hours = LAUNCH.model_copy(update={"hours": (1.0,) * 12 + (10.0,) * 12})
    said = [
        {row["id"]: row["value"] for row in projected(rung(1.0), launch=launch).assumptions}["busy hour"]
        for launch in (LAUNCH, hours)
    ]
    assert said == [
        "4 sessions/s tested at 1×, 346 times the mean of a weekday",
        "4 sessions/s tested at 1×, 190 times those from 12:00 on a weekday",
    ]


def test_the_register_says_how_straight_the_line_was() -> None:
    """$2 a session at 1×, $2.20 at 10×; the refused 20× rung is no evidence."""
    rows = projected(rung(1.0), rung(10.0, output=110), rung(20.0, refused=20)).assumptions
    (said,) = [row for row in rows if row["id"] == "straight line.single"]
    assert said["value"] == "a session costs +10 % at 10× against 1×"
    assert not any(row["id"].startswith("straight line") for row in projected(rung(1.0)).assumptions)
