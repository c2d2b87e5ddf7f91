"""The limiter admits exactly what its bucket says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.provider.limiter import Denial, Limiter
from simulator.provider.limits.openai import OpenAILimits, duration_text
from simulator.provider.limits.style import Demand


def openai(*, rpm=600, tpm=60_000, burst="5s", **more):
    return Limiter(OpenAILimits(style="openai", requests_per_minute=rpm, tokens_per_minute=tpm, burst=burst, **more))


def test_a_full_bucket_admits_its_burst_and_then_its_refill():
    limiter = openai(rpm=600)  # 10 a second, 50 saved up
    demand = Demand(input_tokens=1)
    assert sum(limiter.admit(demand, 0.0) is None for _ in range(60)) == 50
    assert sum(limiter.admit(demand, 1.0) is None for _ in range(60)) == 10


def test_a_bucket_that_a_long_answer_overdrew_shows_nothing_left_and_never_less():
    limiter, demand = openai(tpm=60_000), Demand(input_tokens=4_000)
    assert limiter.admit(demand, 0.0) is None
    limiter.settle(demand, 3_000, 0.0)  # 7,000 of the 5,000 saved up
    assert (limiter.standings(0.0)["tokens"].remaining, limiter.standings(0.0)["tokens"].reset_s) == (0, 7.0)


def test_a_denial_names_the_axis_that_waits_longest_and_when_to_come_back():
    limiter = openai(rpm=600, tpm=60_000)  # 1,000 tokens a second, 5,000 saved up
    assert limiter.admit(Demand(input_tokens=4_000, max_output_tokens=1_000), 0.0) is None
    denial = limiter.admit(Demand(input_tokens=1_500), 1.0)
    assert denial == Denial("tokens", limit=60_000, used=59_000, requested=1_500, retry_after_s=0.5, told_s=0.5)
    assert limiter.admit(Demand(input_tokens=1_500), 1.5) is None


@pytest.mark.parametrize(("says", "told_s"), [("exact", 0.25), ("rounded", 1.0), ("none", None)])
def test_what_a_refusal_says_of_when_to_come_back(says, told_s):
    limiter = openai(tpm=60_000, retry_after=says)
    limiter.admit(Demand(input_tokens=5_000), 0.0)
    denial = limiter.admit(Demand(input_tokens=250), 0.0)
    assert (denial.retry_after_s, denial.told_s) == (0.25, told_s)


def test_what_was_reserved_for_the_answer_and_not_written_comes_back():
    limiter, demand = openai(tpm=60_000), Demand(input_tokens=1_000, max_output_tokens=4_000)
    assert limiter.admit(demand, 0.0) is None
    limiter.settle(demand, 200, 0.0)
    assert limiter.standings(0.0)["tokens"].remaining == 3_800


def test_an_answer_without_a_maximum_is_charged_at_its_end_and_may_leave_a_debt():
    limiter, demand = openai(tpm=60_000), Demand(input_tokens=5_000)
    assert limiter.admit(demand, 0.0) is None
    limiter.settle(demand, 2_000, 0.0)
    denial = limiter.admit(Demand(input_tokens=1), 0.0)
    assert denial is not None
    assert denial.retry_after_s == pytest.approx(2.001)


def test_without_settlement_the_reservation_stays():
    limiter, demand = openai(tpm=60_000, settled=False), Demand(input_tokens=1_000, max_output_tokens=3_000)
    limiter.admit(demand, 0.0)
    limiter.settle(demand, 1, 0.0)
    assert limiter.standings(0.0)["tokens"].remaining == 1_000


@pytest.mark.parametrize(("tokens", "retry_after_s"), [(60_000, 60.0 - 60.0), (60_001, None)])
def test_a_request_larger_than_a_minute_is_never_admitted(tokens, retry_after_s):
    denial = openai(tpm=60_000).admit(Demand(input_tokens=tokens), 0.0)
    assert (denial.retry_after_s if denial else 0.0) == retry_after_s


@pytest.mark.parametrize(("counted", "left"), [(True, 48), (False, 49)])
def test_a_refused_request_counts_against_the_requests(counted, left):
    limiter = openai(rpm=600, tpm=60_000, count_refused=counted)
    limiter.admit(Demand(input_tokens=5_000), 0.0)
    assert limiter.admit(Demand(input_tokens=5_000), 0.0) is not None
    assert limiter.standings(0.0)["requests"].remaining == left


def test_a_model_without_limits_admits_everything():
    assert Limiter(None).admit(Demand(input_tokens=10**9), 0.0) is None


@given(
    gaps=st.lists(st.floats(0, 2), min_size=1, max_size=300),
    tokens=st.lists(st.integers(1, 900), min_size=300, max_size=300),
)
def test_over_any_run_the_tokens_admitted_fit_the_bucket(gaps, tokens):
    limiter, now, admitted = openai(rpm=10**6, tpm=6_000), 0.0, 0
    for gap, size in zip(gaps, tokens, strict=False):
        now += gap
        before = limiter.standings(now)["tokens"]
        denial = limiter.admit(Demand(input_tokens=size), now)
        admitted += 0 if denial else size
        if size <= 500:  # what fits the bucket is refused exactly when it is not there
            assert (denial is None) == (limiter.buckets["tokens"].level + (0 if denial else size) >= size - 1e-6), (
                before
            )
        assert admitted <= 500 + now * 100 + 900  # burst, refill, and one request larger than the bucket


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0ms"), (0.0124, "12ms"), (1.0, "1s"), (1.5, "1.5s"), (60, "1m0s"), (360, "6m0s"), (61.25, "1m1.25s")],
)
def test_reset_headers_are_durations(seconds, text):
    assert duration_text(seconds) == text
