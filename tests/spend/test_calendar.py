"""Real days: weekends, months of 28 to 31 days, growth, ramps and price changes."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.projection import Launch
from simulator.spend.calendar import months, sessions_on


def launch(starts: date = date(2026, 12, 1), **changes: object) -> Launch:
    return Launch.model_validate({"starts": starts, "sessions_per_day": 1000} | changes)


@pytest.mark.parametrize(("day", "sessions"), [(date(2026, 12, 4), 1000), (date(2026, 12, 5), 570)])
def test_friday_and_saturday(day: date, sessions: int) -> None:
    assert sessions_on(day, launch(weekend="57%")) == sessions


def test_growth_compounds_from_month_to_month_and_not_within_one() -> None:
    growing = launch(growth="10%/month")
    days = [date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 1), date(2027, 12, 1)]
    assert [sessions_on(day, growing) for day in days] == [1000, 1000, 1100, 1210, 1000 * Decimal("1.1") ** 12]


def test_the_last_day_of_a_ramp_brings_everybody() -> None:
    ramped = launch(ramp="10d")
    assert [sessions_on(date(2026, 12, day), ramped) for day in (1, 9, 10, 11)] == [100, 900, 1000, 1000]


def test_february_of_a_leap_year_has_twenty_nine_days() -> None:
    (february,) = months(launch(date(2028, 2, 1)), 1)
    assert (february.name, february.sessions, february.partial) == ("2028-02", 29_000, False)


def test_a_month_is_cut_where_prices_change_and_priced_from_the_noon_of_that_day() -> None:
    (december,) = months(launch(), 1, changes=[date(2026, 12, 10), date(2027, 1, 1)])
    assert [stretch.priced_at for stretch in december.stretches] == [
        datetime.fromisoformat("2026-12-01T12:00:00+00:00"),
        datetime.fromisoformat("2026-12-10T12:00:00+00:00"),
    ]
    assert [stretch.sessions for stretch in december.stretches] == [9_000, 22_000]


@pytest.mark.parametrize(("weekend", "first"), [("0%", "2026-11"), ("1%", "2026-10")])
def test_a_month_that_brings_nobody_is_no_month(weekend: str, first: str) -> None:
    """A launch on Saturday, 2026-10-31 ended a run in a division of nothing by nothing."""
    calendar = months(launch(date(2026, 10, 31), weekend=weekend), 2)
    assert (calendar[0].name, len(calendar), all(month.sessions for month in calendar)) == (first, 2, True)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.integers(1, 14), st.lists(st.integers(0, 400), max_size=5))
def test_every_day_from_the_launch_on_is_in_exactly_one_stretch(starts: date, count: int, later: list[int]) -> None:
    changes = [date.fromordinal(starts.toordinal() + days) for days in later]
    calendar = months(launch(starts), count, changes=changes)
    days = sum(len(stretch.daily) for month in calendar for stretch in month.stretches)
    last = calendar[-1].stretches[-1]
    assert starts.toordinal() + days == last.first.toordinal() + len(last.daily)
    assert sum(month.sessions for month in calendar) == 1000 * days
    assert calendar[0].partial == (starts.day != 1)
