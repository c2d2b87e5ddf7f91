"""What breaks first, from rungs and projections made by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from simulator.pricing.terms import Contract
from simulator.run.metrics import rung_figures
from simulator.run.quota import KnownLimit
from simulator.scenario.objective import Objective
from simulator.scenario.projection import Launch, ProjectionPlan
from simulator.spend.contracted import Covered
from simulator.spend.projection import project
from simulator.verdicts.breaks import Break, breaks
from simulator.verdicts.objectives import judge
from tests.run.hand import Rows, asked, record, tables

QUOTA = KnownLimit(model="gpt-4o", axis="requests", per_minute=2400, burst_s=0.0, source="the provider profile")
LAUNCH = Launch(starts=date(2026, 12, 1), sessions_per_day=100)


def rung(scale: float, *, refused: int = 0, **changes: Any) -> list[Rows]:
    """20 × scale requests a second, the last ones of a 10 s rung refused."""
    count = int(200 * scale)
    ends = ["ok"] * (count - refused) + ["rate_limited"] * refused
    return [asked(f"s{n}", n * 10 / count, scale=scale, outcome=end, **changes) for n, end in enumerate(ends)]


def found(
    *rungs: list[Rows],
    objectives: tuple[str, ...] = (),
    budget: int | None = None,
    limits: tuple[KnownLimit, ...] = (),
    health: dict[str, Any] | None = None,
    assumed: bool = False,
    minimum: int | None = None,
) -> list[Break]:
    """The breaks of these rungs; what is only `assumed` of clients is true of any of them and left out."""
    calls, requests = tables(row for one in rungs for row in one)
    named = [(len(one), one[0][1][0]) for one in rungs]
    records = [record(n, scale=row.scale, strategy=row.strategy, health=health or {}) for n, row in named]
    figures, held = (
        rung_figures(calls, requests, rungs=records),
        [Objective.model_validate(o) for o in objectives],
    )
    projection = project(
        calls,
        requests,
        figures,
        price=lambda rows, at: [Decimal("0.01")] * len(rows),
        launch=LAUNCH,
        plan=ProjectionPlan(scales=[1, 100], months=1),
        budget=Decimal(budget) if budget else None,
        contracts=[_promised(minimum)] if minimum else [],
        seed=1,
    )
    judgements = judge(held, figures, projection=projection, valid=True)
    ranked = breaks(
        calls,
        figures,
        objectives=held,
        judgements=judgements,
        costs=[],
        projection=projection,
        limits=limits,
        command="tenfold run s.yaml",
    )
    return [one for one in ranked if assumed or one.provenance != "assumed"]


def _promised(minimum: int) -> Covered:
    terms = {"id": "msa", "provider": "openai", "discount": "0", "minimum_usd_per_month": str(minimum)}
    return Covered(
        Contract.model_validate(terms | {"source": {"doc": "MSA", "as_of": date(2026, 6, 28)}}), frozenset({"gpt-4o"})
    )


def test_a_quota_is_computed_before_anything_breaks() -> None:
    """20 requests a second are 1,200 a minute at 1×: a quota of 2,400 carries 2×."""
    (one,) = found(rung(1.0), limits=(QUOTA,))
    assert (one.kind, one.title, one.multiplier) == ("limit", "gpt-4o: requests a minute run out", 2.0)
    assert one.provenance == "extrapolated"
    assert one.evidence == (
        "1× asks for 1,200 requests a minute of 2,400 (the provider profile): "
        "enough for 2× sustained, 2× in the test; nothing was refused up to 1×"
    )
    assert one.costs == "about 98 % of the requests would be refused at 100×"
    assert one.fix.startswith("for 100×, 120,000 requests a minute on gpt-4o, or 98 % less demand on it")
    assert one.verify == "tenfold run s.yaml --strategy single --scale 1,100"


def test_a_quota_that_labels_use_up_too_refuses_them_as_well() -> None:
    """20 answers by another model need 20 labels a second of this one, which answers nothing: `about 0 %` was said."""
    answers = [asked(f"a{n}", n / 20, model="gpt-5") for n in range(200)]
    labels = [asked(f"l{n}", n / 20, purpose="classify") for n in range(200)]
    (one,) = found([*answers, *labels], limits=(QUOTA,))
    assert one.costs == (
        "about 98 % of the calls to gpt-4o would be refused at 100×: labels or verdicts, "
        "and the answers to 0 % of the requests"
    )


def test_a_rung_that_was_refused_makes_it_measured_and_brackets_it() -> None:
    (one,) = found(rung(1.0), rung(5.0, refused=600), limits=(QUOTA,))
    assert one.between == (1.0, 5.0)
    assert (one.provenance, one.multiplier, one.low, one.high) == ("measured", 2.0, 1.0, 5.0)
    assert one.costs == "60 % of the requests due at 5× were refused"
    assert one.fix.startswith("for 5×, 6,000 requests a minute on gpt-4o")


def test_a_refusal_nobody_declared_a_quota_for_is_a_break_too() -> None:
    (one,) = found(rung(1.0), rung(5.0, refused=600))
    assert (one.title, one.multiplier, one.low) == ("gpt-4o: a quota nobody declared runs out", 5.0, 1.0)


def test_a_quota_beyond_what_anybody_asked_about_is_not_listed() -> None:
    generous = KnownLimit(model="gpt-4o", axis="requests", per_minute=130_000, burst_s=0.0, source="x")
    assert found(rung(1.0), limits=(generous,)) == []


def test_an_objective_breaks_between_two_rungs() -> None:
    (one,) = found(rung(1.0, took=1.0), rung(2.0, took=3.0), objectives=("p(95) response_time < 2s",))
    assert (one.kind, one.low, one.high, one.provenance) == ("objective", 1.0, 2.0, "measured")
    assert one.multiplier == pytest.approx(1.5)
    assert one.evidence == "1 s at 1×, 3 s at 2×; about 1.5× on a straight line"
    assert one.between == (1.0, 2.0)
    assert one.costs == "1.5 times the target at 2×"


def test_refusals_are_told_once_as_the_quota() -> None:
    kinds = [
        one.kind for one in found(rung(1.0), rung(5.0, refused=600), objectives=("refused < 1%",), limits=(QUOTA,))
    ]
    assert kinds == ["limit"]


def test_a_percentile_that_refusals_alone_made_infinite_is_told_with_the_quota() -> None:
    given = {"objectives": ("p(95) response_time < 2s", "refused < 1%"), "limits": (QUOTA,)}
    (one,) = found(rung(1.0), rung(5.0, refused=600), **given)
    assert one.costs == "60 % of the requests due at 5× were refused; 2 of 2 objectives are missed there"
    slow = [
        asked(f"s{n}", n / 60, scale=5.0, took=9.0, outcome="ok" if n < 300 else "rate_limited") for n in range(600)
    ]
    assert [two.kind for two in found(rung(1.0), slow, **given)] == ["limit", "objective"]


def test_retries_of_refusals_are_told_with_the_quota() -> None:
    given_up = [asked(f"r{n}", n / 60, scale=5.0, outcome="rate_limited", attempts=3) for n in range(600)]
    (one,) = found(rung(1.0), given_up + rung(5.0)[:400], limits=(QUOTA,))
    assert (one.kind, one.costs) == (
        "limit",
        "60 % of the requests due at 5× were refused after retries: 2.2 sendings a request",
    )


def test_the_budget_is_the_plan_divided_by_its_cost() -> None:
    """100 sessions a day × 31 days × 1 cent = $31 at 1×: $310 carry 10×."""
    (one,) = found(rung(1.0), budget=310)
    assert (one.kind, one.multiplier, one.provenance) == ("budget", 10.0, "extrapolated")
    assert one.low is not None
    assert one.high is not None
    assert one.low < 10.0 < one.high
    assert one.costs == "$3,100 a month at 100×"
    assert "90 % less" in one.fix


@pytest.mark.parametrize(
    ("minimum", "multiplier", "fix"),
    [(100, 10.0, "90 % less"), (400, 0.0, "another contract: its minimum alone costs more than the budget")],
)
def test_a_budget_under_a_contract_pays_for_usage(minimum: int, multiplier: float, fix: str) -> None:
    """$31 at 1× under a minimum: $310 carry 10× of it whatever the minimum is, unless it is more than $310."""
    (one,) = found(rung(1.0), budget=310, minimum=minimum)
    assert (one.multiplier, one.low, one.high) == (pytest.approx(multiplier, rel=1e-5), None, None)
    assert fix in one.fix


def test_errors_nobody_wrote_an_objective_for() -> None:
    failing = [asked(f"f{n}", 1.0, scale=2.0, outcome="server_error") for n in range(10)]
    (one,) = found(rung(1.0), rung(2.0) + failing)
    assert (one.kind, one.evidence) == (
        "errors",
        "2.44 % at 2×; about 1.4× on a straight line; most often server_error (HTTP 429, 10 attempts)",
    )
    assert found(rung(1.0), rung(2.0) + failing, objectives=("errors < 5%",)) == []


def test_a_wrong_key_is_told_as_errors_not_as_slow_answers() -> None:
    """A latency of +∞ for 401s alone must not say: shorten the prompt."""
    refused = [asked(f"s{n}", n / 20, outcome="client_error") for n in range(200)]
    (one,) = found(refused, objectives=("p(95) response_time < 2s", "errors < 1%"))
    assert (one.title, one.multiplier) == ("errors < 1% is missed", 1.0)
    assert one.evidence == (
        "100 % at 1×, the smallest scale that was run; most often client_error (HTTP 429, 200 attempts)"
    )
    assert one.fix == "start from client_error: its attempts are the rows of calls.parquet with that outcome"


def test_errors_that_an_objective_allows_still_make_a_percentile_infinite() -> None:
    half = [asked(f"s{n}", n / 20, outcome="client_error" if n % 5 == 0 else "ok") for n in range(200)]
    (one,) = found(half, objectives=("p(95) response_time < 2s", "errors < 50%"))
    assert one.title == "p(95) response_time < 2s is missed"


def test_timeouts_are_slow_answers() -> None:
    late = [asked(f"s{n}", n / 20, outcome="total_timeout" if n % 2 else "ok") for n in range(200)]
    titles = [one.title for one in found(late, objectives=("p(95) response_time < 2s", "errors < 1%"))]
    assert titles == ["p(95) response_time < 2s is missed", "errors < 1% is missed"]


def test_retries_that_multiply_the_load() -> None:
    (one,) = found(rung(1.0), rung(2.0, attempts=2, retried="server_error"))
    assert (one.kind, one.multiplier, one.evidence) == (
        "retries",
        1.3,
        "2 sendings a request at 2×; about 1.3× on a straight line",
    )


def test_a_generator_that_gave_in_stands_first() -> None:
    first, second = found(rung(1.0), limits=(QUOTA,), health={"hub_stall_max_s": 0.4})
    assert (first.kind, first.multiplier, second.kind) == ("client", 1.0, "limit")
    assert "stood still for 400 ms" in first.evidence
    assert "no latency of it is judged, at smaller scales neither" in (first.costs or "")


def test_a_generator_that_gave_in_at_10x_stands_before_a_quota_that_breaks_at_2x() -> None:
    """It voids the latency of smaller scales, too."""
    late = [asked(f"s{n}", n / 20, scale=10.0, lag=1.0) for n in range(200)]
    first, second = found(rung(1.0), late, limits=(QUOTA,))
    assert [(one.kind, one.multiplier) for one in (first, second)] == [("client", 10.0), ("limit", 2.0)]


def test_a_quota_that_is_used_up_to_the_last_request_is_to_be_raised_for_that_scale() -> None:
    (one,) = found(rung(1.0), rung(2.0), limits=(QUOTA,))
    assert one.fix.startswith("for 2×, 2,400 requests a minute")


@pytest.mark.parametrize(("failed", "breaks"), [(2, 0), (3, 1)])
def test_one_percent_of_errors_is_still_fine(failed: int, breaks: int) -> None:
    rows = rung(1.0)[failed:] + [asked(f"f{n}", 1.0, outcome="server_error") for n in range(failed)]
    assert len(found(rows)) == breaks


def test_the_smallest_multiplier_comes_first() -> None:
    ranked = found(
        rung(1.0, took=1.0), rung(2.0, took=3.0), objectives=("p(95) response_time < 2s",), budget=310, limits=(QUOTA,)
    )
    assert [one.kind for one in ranked] == ["objective", "limit", "budget"]
    assert [one.multiplier for one in ranked] == pytest.approx([1.5, 2.0, 10.0])


def test_a_test_that_lived_on_the_burst_says_so() -> None:
    """A burst of 10 s carries this 10 s rung to 4×, but no busy hour beyond 2×."""
    saved = KnownLimit(model="gpt-4o", axis="requests", per_minute=2400, burst_s=10.0, source="x")
    (one,) = found(rung(1.0), rung(3.0), limits=(saved,))
    assert one.multiplier == 2.0
    assert (
        "enough for 2× sustained, 4× in the test; nothing was refused up to 3×: the test was short enough"
        in one.evidence
    )


def test_a_quota_that_a_clean_rung_outlived_is_computed_and_not_what_rungs_showed() -> None:
    """3× lived on the burst, 6× was refused: neither measured the 2× that lasts."""
    saved = KnownLimit(model="gpt-4o", axis="requests", per_minute=2400, burst_s=10.0, source="x")
    (one,) = found(rung(1.0), rung(3.0), rung(6.0, refused=400), limits=(saved,))
    assert (one.multiplier, one.provenance, one.between) == (2.0, "extrapolated", None)
    assert "429s at 6×, none at 3×" in one.evidence


def test_one_condition_in_two_strategies_is_one_break() -> None:
    half = [asked(f"s{n}", n / 10, strategy="routed") for n in range(100)]
    (one,) = found(rung(1.0), half, limits=(QUOTA,))
    assert (one.strategy, one.multiplier, one.others) == ("single", 2.0, {"routed": 4.0})
    assert one.evidence.endswith("; routed from 4×")


def test_what_was_computed_for_one_strategy_is_not_told_as_measured_in_the_other() -> None:
    """single is refused at 2×; routed is not, and its 1,140 requests a minute carry 2.11×, not the 2× run."""
    routed = [asked(f"s{n}", n / 19, strategy="routed") for n in range(190)]
    (one,) = found(rung(1.0), rung(2.0, refused=50), routed, limits=(QUOTA,))
    assert one.provenance == "measured"
    assert one.evidence.endswith("; routed from 2.11× (extrapolated)")


def test_refusals_that_the_quota_does_not_explain_are_not_its_doing() -> None:
    """A quota for 20× was told to have run out at 1× when a fault answered 429: `or 0 % less demand on it`."""
    ample = KnownLimit(model="gpt-4o", axis="requests", per_minute=24_000, burst_s=0.0, source="the provider profile")
    strange, later = found(rung(1.0, refused=5), limits=(ample,))
    assert (strange.title, strange.multiplier) == ("gpt-4o: 429s before its known quota runs out", 1.0)
    assert strange.evidence == "gpt-4o answered 429; 429s at 1×; what is known of it carries 20×"
    assert strange.provenance == "measured"
    assert (later.title, later.multiplier) == ("gpt-4o: requests a minute run out", 20.0)
    assert later.provenance == "extrapolated"


def test_a_provider_that_runs_out_of_capacity_is_not_a_quota() -> None:
    busy = [asked(f"b{n}", 1.0, scale=2.0, outcome="overloaded") for n in range(50)]
    (one,) = found(rung(1.0), rung(2.0) + busy)
    assert (one.kind, one.title, one.low, one.high) == ("queue", "the provider runs out of capacity", 1.0, 2.0)
    assert one.evidence.startswith("11.1 % of the attempts at 2× got 503 or 529; ")


def test_waits_that_grow_through_a_rung_are_a_queue_and_its_throughput_is_the_ceiling() -> None:
    """400 requests in 10 s at 2×, of which 250 end within it: 25 a second, 1.25 times the 20 of 1×."""
    slower = [asked(f"s{n}", n / 40, scale=2.0, first=0.5 + n / 100, took=n / 66.6) for n in range(400)]
    (one,) = found(rung(1.0), slower)
    assert (one.title, one.low, one.high) == ("answers wait longer and longer", 1.0, 2.0)
    assert one.multiplier == pytest.approx(1.25, abs=0.01)
    assert one.evidence.startswith("at 2× the first token took 1.49 s in the first third of the rung and 3.9 s")
    assert one.evidence.endswith("25 answers a second were the most, 1.2×")


def test_a_full_pool_is_assumed_of_the_client() -> None:
    """20 a second for 1.5 s are 30 in flight, 31 at the edges: 1,000 connections hold to 33×."""
    (one,) = found(rung(1.0), assumed=True)
    assert (one.provenance, one.multiplier) == ("assumed", pytest.approx(1000 / 30))
    assert one.fix == "for 100×, 3 client processes or a larger pool"


def test_headers_stand_in_for_a_quota_that_nobody_declared() -> None:
    """The most that was ever left of the requests a minute was 11,999: 10× of 1,200, and a saved-up minute besides.

    A provider whose window is seconds says less than a minute's quota, so this is a floor: a run whose 10× was answered
    whole was told to break at 3.3×.
    """
    one = next(one for one in found(rung(1.0, left=11_999), assumed=True) if one.kind == "limit")
    assert (one.title, one.provenance) == ("gpt-4o: requests a minute may run out", "assumed")
    assert one.multiplier == pytest.approx(9.999, abs=0.001)
    assert one.high is None
    assert "of at least 11,999 (the most a header said was left)" in one.evidence
    assert one.costs == "at most 90 % of the requests would be refused at 100×"


def test_what_a_header_said_was_left_does_not_date_refusals_that_were_seen() -> None:
    """A window of seconds said 20,000 of 300,000 tokens were left, and a quota had run out `from 0×, measured`."""
    one, *_ = found(rung(1.0, left=100), rung(2.0, refused=50, left=100))
    assert (one.title, one.multiplier) == ("gpt-4o: a quota nobody declared runs out", 2.0)
    assert (one.low, one.high, one.provenance) == (1.0, 2.0, "measured")


def test_a_header_that_a_clean_rung_contradicts_is_not_believed() -> None:
    assert found(rung(1.0, left=1000)) == []


def test_prompts_that_no_longer_come_from_cache() -> None:
    (one,) = found(rung(1.0, cached=60), rung(2.0, cached=50), rung(4.0, cached=30))
    assert (one.kind, one.low, one.high, one.multiplier) == ("cache", 2.0, 4.0, 2.0)
    assert one.evidence == "60 % of the prompt tokens came from cache at the smallest scale, 30 % at 4×"
    assert found(rung(1.0, cached=60), rung(2.0, cached=51)) == []
