"""The gates: each passes at its bound and voids the run just beyond it."""

from typing import Any

import pytest

from simulator.run.health import Verdict, verdict
from simulator.run.rung import RungFigures
from tests.run.hand import asked, figures_of


def rung(*, lag: float = 0.0, **changes: Any) -> RungFigures:
    return figures_of([asked(f"s{n}", 2.0 + n / 100, lag=lag) for n in range(200)], **changes)


def test_a_generator_that_kept_up() -> None:
    assert verdict([rung()], status="complete") == Verdict(word="VALID", reasons=[])


@pytest.mark.parametrize(("lag", "word"), [(0.05, "VALID"), (0.0501, "CLIENT-LIMITED")])
def test_send_lag_of_fifty_milliseconds_is_the_most(lag: float, word: str) -> None:
    # The median first token comes after 0.55 s, of which 5 % is 28 ms: the floor of 50 ms rules.
    assert verdict([rung(lag=lag)], status="complete").word == word


@pytest.mark.parametrize(("sent", "said"), [(99, "send lag p99 1 s (the largest of 99), more"), (100, "p99 1 s, more")])
def test_of_few_requests_a_99th_percentile_is_called_what_it_is(sent: int, said: str) -> None:
    (reason,) = verdict([figures_of([asked(f"s{n}", 2.0, lag=1.0) for n in range(sent)])], status="complete").reasons
    assert said in reason


def test_slow_first_tokens_allow_more_lag() -> None:
    slow = figures_of([asked(f"s{n}", 2.0, lag=0.09, first=2.0, took=3.0) for n in range(20)])
    assert verdict([slow], status="complete").word == "VALID"


@pytest.mark.parametrize(("stall", "word"), [(0.249, "VALID"), (0.25, "CLIENT-LIMITED")])
def test_a_quarter_second_of_standstill(stall: float, word: str) -> None:
    assert verdict([rung(health={"hub_stall_max_s": stall})], status="complete").word == word


@pytest.mark.parametrize(("lag", "word"), [(0.025, "VALID"), (0.0251, "CLIENT-LIMITED")])
def test_the_endpoint_may_lag_five_percent_of_its_first_token(lag: float, word: str) -> None:
    assert verdict([rung(health={"endpoint_lag_p99_s": lag})], status="complete").word == word


@pytest.mark.parametrize(("dropped", "word"), [(1, "VALID"), (2, "CLIENT-LIMITED")])
def test_half_a_percent_of_due_requests_may_stay_unsent(dropped: int, word: str) -> None:
    rows = [asked(f"s{n}", 2.0, outcome="dropped" if n < dropped else "ok") for n in range(200)]
    assert verdict([figures_of(rows)], status="complete").word == word


def test_missing_evidence_is_incomplete_and_the_other_reasons_stay() -> None:
    found = verdict([rung(lag=1.0, health={"workers_planned": 2})], status="complete")
    assert found.word == "INCOMPLETE"
    assert found.reasons == [
        "single at 1×: 1 of 2 workers reported",
        "single at 1×: send lag p99 1 s, more than 75 ms (generator CPU 30 %)",
    ]


def test_an_interrupted_run_is_incomplete() -> None:
    assert verdict([rung()], status="interrupted") == Verdict(word="INCOMPLETE", reasons=["the run is interrupted"])
