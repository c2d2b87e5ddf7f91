"""The generator's own error, against an endpoint that knows the truth."""

import pytest

from simulator.replay.selfcheck import Step, percentile, safe_rate, selfcheck, steady

GOOD = Step(
    rate=100,
    planned=400,
    sent=400,
    error_p50_s=0.0001,
    error_p99_s=0.001,
    send_lag_p50_s=0.0001,
    send_lag_p99_s=0.002,
    hub_stall_max_s=0.01,
    endpoint_lag_p99_s=0.001,
    cpu_s_per_request=0.0006,
    memory_mb=150.0,
    first_token_late=0,
    clock="kernel receive timestamps",
    timer="timerfd",
)


def test_the_safe_rate_stops_at_the_first_step_that_fails():
    bad = GOOD.model_copy(update={"rate": 200.0, "error_p99_s": 0.02})
    lucky = GOOD.model_copy(update={"rate": 400.0})
    assert safe_rate([lucky, bad, GOOD]) == 100
    assert safe_rate([bad, lucky]) is None


@pytest.mark.parametrize("change", [{"sent": 397}, {"send_lag_p99_s": 0.06}, {"error_p99_s": None}])
def test_a_step_is_unsafe_for_each_reason_alone(change: dict[str, float | None]):
    assert GOOD.safe
    assert not GOOD.model_copy(update=change).safe


def test_errors_count_by_their_size():
    assert percentile([-0.003, 0.001, 0.002], 0.99) == 0.003
    assert percentile([], 0.5) is None


def test_arrivals_keep_their_rate():
    trace = steady(50, 2)
    assert (len(trace), trace.span_s) == (100, 2)


def test_the_embedded_endpoint_finds_our_error_small():
    (step,) = selfcheck([20], seconds=2)
    assert (step.planned, step.sent) == (40, 40)
    assert step.error_p50_s is not None
    assert step.error_p50_s < 0.005
