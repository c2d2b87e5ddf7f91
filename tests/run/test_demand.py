"""Demand on a quota, and the multiple from which it no longer carries it."""

import pytest

from simulator.run.demand import Demand
from simulator.run.quota import KnownLimit
from tests.run.hand import asked, figures_of, tables


def limit(per_minute: int, *, axis: str = "tokens") -> KnownLimit:
    return KnownLimit(model="gpt-4o", axis=axis, per_minute=per_minute, burst_s=1.0, source="test")


def test_retries_and_the_drain_are_not_demand() -> None:
    rows = [asked("a", 1.2, attempts=3), asked("b", 2.0), asked("late", 11.0)]
    demand = Demand.of(tables(rows)[0], figures_of(rows))
    assert demand.per_second["gpt-4o"]["calls"].tolist() == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_seconds_that_a_cut_rung_did_not_reach_are_no_lull() -> None:
    """Ctrl-C in the fourth of ten seconds told of a quota for ten times the traffic that it carries."""
    rows = [asked(f"s{n}", n + 0.5, outcome="ok" if n < 4 else "not_reached") for n in range(10)]
    demand = Demand.of(tables(rows)[0], figures_of(rows))
    assert demand.per_second["gpt-4o"]["calls"].tolist() == [1, 1, 1, 1]


def test_a_refused_call_asks_for_what_its_model_usually_takes() -> None:
    rows = [asked("a", 1.0), asked("b", 2.0, outcome="rate_limited")]
    assert Demand.of(tables(rows)[0], figures_of(rows)).on(limit(60))[2] == 201


def test_irregular_arrivals_tell_less_about_their_rate() -> None:
    """101 sessions of which every second gap is 0 and the others 2 s: CV 1, a standard error of 1 ÷ √101."""
    regular, paired = (
        Demand.of(tables(rows)[0], figures_of(rows)).rate_error
        for rows in ([asked(f"s{n}", float(n - n % step)) for n in range(101)] for step in (1, 2))
    )
    assert (regular, paired) == (0.0, pytest.approx(1 / 101**0.5))


@pytest.mark.parametrize(("scale", "share"), [(1, 0.0), (5, 0.0), (10, 0.5), (100, 0.95)])
def test_beyond_the_limit_the_rest_is_refused(scale: float, share: float) -> None:
    rows = [asked(f"s{n}", n + 0.5) for n in range(10)]  # 60 requests a minute at 1×
    demand = Demand.of(tables(rows)[0], figures_of(rows))
    assert demand.refused_share([limit(300, axis="requests")], scale) == pytest.approx(share)


def test_copies_of_a_session_are_one_observation() -> None:
    rows = [asked(name, 1.0, scale=2.0) for name in ("a", "a#2", "b", "b#2")]
    assert Demand.of(tables(rows)[0], figures_of(rows)).per_session["gpt-4o"]["calls"].tolist() == [2, 2]
