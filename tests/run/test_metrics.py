"""The figures of a rung, from rows made by hand."""

import math
from dataclasses import replace

import pytest

from simulator.run.metrics import rung_figures, window
from simulator.scenario.objective import Objective
from tests.run.hand import asked, figures_of, record, tables


def test_response_time_counts_from_the_schedule_service_time_from_the_send() -> None:
    figures = figures_of([asked("a", 2.0, lag=0.25)])
    assert figures.response_time.p50.value == 1.75
    assert figures.service_time.p50.value == 1.5
    assert figures.time_to_first_token.p50.value == 0.75
    assert figures.health.send_lag_max_s == 0.25


def test_failures_are_infinite_in_the_offered_percentile_and_absent_from_the_answered_one() -> None:
    rows = [asked(f"s{n}", 2.0 + n / 10) for n in range(9)] + [asked("x", 3.0, outcome="rate_limited")]
    figures = figures_of(rows)
    assert figures.response_time.p90.value == 1.5
    assert math.isinf(figures.response_time.p95.value)
    assert figures.response_time_answered.p99.value == 1.5
    assert (figures.response_time.count, figures.response_time_answered.count) == (10, 9)


def test_a_dropped_request_is_offered_but_a_cancelled_one_is_not() -> None:
    rows = [asked("a", 2.0), asked("b", 3.0, outcome="dropped"), asked("c", 4.0, outcome="cancelled")]
    assert figures_of(rows).response_time.count == 2


def test_warm_up_and_drain_are_outside_the_window_but_inside_the_totals() -> None:
    assert window(10.0) == (1.0, 10.0)
    figures = figures_of([asked("a", 0.99), asked("b", 1.0), asked("c", 9.99), asked("d", 10.0)])
    assert figures.response_time.count == 2
    assert figures.settled["answered"] == 4
    assert figures.offered_rate == 0.3
    assert figures.completed_rate == 0.2  # c ends after the planned span


def test_a_long_rung_warms_up_for_thirty_seconds_at_most() -> None:
    assert window(3600.0) == (30.0, 3600.0)


def test_time_per_output_token_is_undefined_for_one_token_never_zero() -> None:
    both = figures_of([asked("a", 2.0), asked("b", 3.0, output=1)])
    assert both.time_per_output_token.p50.value == 0.01  # (1.5 s − 0.5 s) / 100
    assert both.time_per_output_token.count == 1


def test_answers_that_were_not_streamed_have_no_first_token() -> None:
    figures = figures_of([asked("a", 2.0, first=None), asked("b", 3.0, outcome="server_error")])
    assert figures.time_to_first_token.p50.value is None
    assert figures.time_to_first_token.count == 0
    assert figures.response_time.count == 2


def test_an_answer_from_a_store_is_there_at_once_and_was_never_sent() -> None:
    stored = replace(asked("b", 3.0, took=0.25)[1][0], served_call_id=None, attempts=0)
    calls, requests = tables([asked("a", 2.0), ([], [stored])])
    (figures,) = rung_figures(calls, requests, rungs=[record(2)])
    assert (figures.time_to_first_token.p50.value, figures.time_to_first_token.count) == (0.25, 2)
    assert (figures.settled["answered"], figures.sent) == (2, 1)


def test_goodput_needs_every_latency_objective() -> None:
    rows = [asked("fast", 2.0), asked("slow", 3.0, took=9.0), asked("late", 4.0, first=1.4)]
    calls, requests = tables(rows)
    objectives = [
        Objective.model_validate(line) for line in ("p(95) response_time < 2s", "p(95) time_to_first_token < 1s")
    ]
    (figures,) = rung_figures(calls, requests, rungs=[record(3)], objectives=objectives)
    assert figures.goodput == 0.1


@pytest.mark.parametrize(
    ("line", "met"),
    [
        ("p(95) response_time < 1.5s", 0),  # a strict bound is not met by the target itself
        ("p(95) response_time <= 1.5s", 2),
        ("p(95) time_per_output_token < 9ms", 1),  # an answer of one token has none, and is not held to it
    ],
)
def test_goodput_at_the_bound_without_the_figure_and_after_the_plan(line: str, met: int) -> None:
    rows = [asked("a", 2.0), asked("b", 3.0, output=1), asked("drain", 10.0)]
    calls, requests = tables(rows)
    (figures,) = rung_figures(calls, requests, rungs=[record(3)], objectives=[Objective.model_validate(line)])
    assert figures.goodput == met / 10


def test_send_lag_is_the_driver_s_at_its_worst_hundredth() -> None:
    late = [asked(f"s{n}", 2.0, lag=0.01 if n < 98 else 0.3) for n in range(100)]
    health = figures_of(late).health
    assert (health.send_lag_p50_s, health.send_lag_p99_s) == pytest.approx((0.01, 0.3))


def test_planned_requests_without_a_row_were_not_reached() -> None:
    figures = figures_of([asked("a", 2.0)], planned=5)
    assert figures.settled["not_reached"] == 4
    assert sum(figures.settled.values()) == figures.planned == 5


def test_retries_are_attempts_of_one_request() -> None:
    figures = figures_of([asked("a", 2.0, attempts=3), asked("b", 3.0)])
    assert (figures.sent, figures.attempts, figures.attempts_per_request) == (2, 4, 2.0)
    assert figures.outcomes == {"ok": 2, "rate_limited": 2}


def test_a_classifier_is_not_a_retry_and_its_tokens_count_for_its_model() -> None:
    label = asked("a", 2.0, model="gpt-4o-mini", purpose="classify", input=30, output=1)
    calls, requests = tables([(label[0], []), asked("a", 2.0)])
    (figures,) = rung_figures(calls, requests, rungs=[record(1)])
    assert figures.attempts_per_request == 1.0
    assert figures.tokens_by_model["gpt-4o-mini"]["input_tokens"] == 30
    assert figures.tokens_by_model["gpt-4o-mini"]["cache_read_tokens"] is None  # not 0: nobody said
    assert figures.input_tokens == 130
    assert figures.cache_read_tokens is None


def test_a_cascade_that_escalates_sends_two_answers_and_retries_nothing() -> None:
    """A draft that came back and did not pass its check is no failure; its refused sending is one."""
    drafts, _ = asked("a", 2.0, model="gpt-4o-mini", attempts=2)
    drafts = [replace(call, served=False, call_id=f"draft {call.attempt}") for call in drafts]
    calls, requests = tables([(drafts, []), asked("a", 2.0)])
    (figures,) = rung_figures(calls, requests, rungs=[record(1)])
    assert (figures.attempts, figures.attempts_per_request) == (3, 2.0)


def test_a_driver_that_saw_fewer_in_flight_than_the_rows_tell_of_is_told_with_its_tolerance() -> None:
    """Ten requests of 1 s, end to start, within 10 s: slots of 50 ms, stalls of 10 ms.

    One moment in the first slot, two in each of nine others: Σc² = 37; (3·0.025·√37 + 10·0.01) ÷ 10 s.
    """
    rows = [asked(f"s{n}", float(n), took=1.0) for n in range(10)]
    seen = figures_of(rows, health={"in_flight_mean": 0.5, "in_flight_every_s": 0.05}).health
    assert seen.littles_law_ratio == pytest.approx(0.5)
    assert seen.littles_law_tolerance == pytest.approx((3 * 0.025 * 37**0.5 + 0.1) / 10)
    assert figures_of(rows).health.littles_law_ratio is None


def test_in_flight_is_counted_to_the_end_of_the_plan_only() -> None:
    """Due at 8 s, answered in 4 s: two of its seconds lie within the 10 s of the plan. What failed was there, too."""
    rows = [asked("a", 8.0, took=4.0), asked("b", 9.0, took=0.5, outcome="server_error")]
    assert figures_of(rows, health={"in_flight_mean": 0.25, "in_flight_every_s": 0.05}).health.littles_law_ratio == 1.0


def test_copies_of_a_session_are_one_observation_for_intervals() -> None:
    """29 sessions ten times over stay 29 different ones: no interval, however many requests."""
    few = [asked(f"s{n}#{k}" if k > 1 else f"s{n}", 2.0, scale=10.0) for n in range(29) for k in range(1, 11)]
    figures = figures_of(few)
    assert (figures.sessions, figures.different_sessions, figures.response_time.p95.low) == (290, 29, None)
    assert figures.response_time.p95.note == "29 different sessions: an interval needs 30"


def test_a_log_may_use_the_mark_of_copies_in_its_own_ids() -> None:
    figures = figures_of([asked(f"user#{n}", 2.0) for n in range(30)])
    assert figures.response_time.p95.low == 1.5


def test_a_session_that_a_cut_run_did_not_reach_is_none_that_was_seen() -> None:
    """24 of 49 sessions were reached, and no report said that they were too few."""
    figures = figures_of([asked("a", 2.0), asked("b", 3.0, outcome="not_reached")])
    assert (figures.sessions, figures.different_sessions) == (2, 1)
