"""Runs with next to nothing in them: every stage answers, nothing is made up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.calls import ANSWERED, Outcome
from simulator.run.health import verdict
from simulator.run.metrics import rung_figures
from simulator.run.quota import KnownLimit
from simulator.run.record import RungRecord
from simulator.run.timeline import timeline
from simulator.scenario.objective import METRICS, Objective
from simulator.scenario.projection import Launch, ProjectionPlan
from simulator.spend.projection import Projection, project
from simulator.verdicts.breaks import Break, breaks
from simulator.verdicts.objectives import Judgement, judge
from tests.run.hand import Rows, asked, record, tables

TARGETS = {"s": "1s", "share": "1%", "usd": "$1", "count": "1.1"}
OBJECTIVES = [
    Objective.model_validate(f"{'p(95) ' if unit == 's' else ''}{metric} {than} {TARGETS[unit]}")
    for metric, unit in METRICS.items()
    for than in (">" if metric in ("answered", "valid") else "<")
]
QUOTA = KnownLimit(model="gpt-4o", axis="tokens", per_minute=1000, burst_s=5.0, source="x")


def judged(rows: list[Rows], records: list[RungRecord]) -> tuple[list[Judgement], list[Break], Projection]:
    """All stages over one run."""
    calls, requests = tables(rows)
    rungs = rung_figures(calls, requests, rungs=records, objectives=OBJECTIVES)
    found = project(
        calls,
        requests,
        rungs,
        price=lambda altered, at: [Decimal("0.01")] * len(altered),
        launch=Launch(starts=date(2026, 12, 15), sessions_per_day=100, growth="-5%/month"),
        plan=ProjectionPlan(scales=[1, 10], months=2),
        budget=Decimal(100),
        limits=[QUOTA],
        seed=1,
    )
    judgements = judge(OBJECTIVES, rungs, projection=found, valid=verdict(rungs, status="complete").valid)
    ranked = breaks(
        calls,
        rungs,
        objectives=OBJECTIVES,
        judgements=judgements,
        costs=[],
        projection=found,
        limits=[QUOTA],
        command="tenfold run s.yaml",
    )
    timeline(calls, requests, rungs=records)
    return judgements, ranked, found


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_run_of_one_request_whatever_became_of_it(outcome: Outcome) -> None:
    judgements, _, projection = judged([asked("a", 2.0, outcome=outcome)], [record(1)])
    latency = {one.outcome for one in judgements if one.unit == "s"}
    assert ("pass" in latency) == (outcome in ANSWERED)
    assert all(month.p10 is None for month in projection.months)


def test_a_rung_that_never_began() -> None:
    judgements, ranked, projection = judged([asked("a", 2.0)], [record(1), record(5, scale=2.0)])
    assert {one.outcome for one in judgements if one.scale == 2.0} == {"no data"}
    assert all(month.based_on_scale == 1.0 for month in projection.months)
    assert all(one.strategy == "single" for one in ranked)


@given(
    st.lists(st.tuples(st.sampled_from(list(Outcome)), st.floats(0, 12), st.integers(1, 3)), min_size=1, max_size=25),
    st.sampled_from([1.0, 2.0, 10.0]),
)
def test_no_mix_of_outcomes_breaks_a_stage(drawn: list[tuple[Outcome, float, int]], scale: float) -> None:
    rows = [
        asked(f"s{n % 7}", at, turn=n, outcome=outcome, attempts=tries, scale=scale if n % 2 else 1.0)
        for n, (outcome, at, tries) in enumerate(drawn)
    ]
    records = [record(len(drawn), scale=one) for one in sorted({1.0, scale})]
    judgements, ranked, _ = judged(rows, records)
    assert len(judgements) >= len(OBJECTIVES)
    assert all(one.multiplier is None or one.multiplier > 0 for one in ranked)
    assert all(one.low is None or one.high is None or one.low <= one.high for one in ranked)
