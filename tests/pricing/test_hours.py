"""Hours with other prices: the zone says which hour and which weekday it is, not UTC and not the caller."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from simulator.pricing.hours import Hours


def holds(hours: Hours, *instants: str) -> list[bool]:
    return [hours.holds(datetime.fromisoformat(instant)) for instant in instants]


def test_a_monday_in_shanghai_begins_on_sunday_in_utc() -> None:
    night = Hours(tz="Asia/Shanghai", days=("mon",), hours=("00:00-08:00",))
    # Sunday 2026-11-22 16:00 UTC is Monday 00:00 there; Monday 00:00 UTC is 08:00.
    edges = ("2026-11-22T15:59:59+00:00", "2026-11-22T16:00:00+00:00", "2026-11-22T23:59:59+00:00")
    assert holds(night, *edges, "2026-11-23T00:00:00+00:00") == [False, True, True, False]
    # Monday 16:00 UTC is Tuesday there.
    assert holds(night, "2026-11-23T16:00:00+00:00") == [False]


def test_office_hours_in_new_york_move_with_its_summer_time() -> None:
    office = Hours(tz="America/New_York", hours=("09:00-17:00",))
    summer = holds(office, "2026-07-01T12:59+00:00", "2026-07-01T13:00+00:00", "2026-07-01T21:00+00:00")
    winter = holds(office, "2026-12-01T13:59+00:00", "2026-12-01T14:00+00:00", "2026-12-01T22:00+00:00")
    assert summer == winter == [False, True, False]


def test_a_span_over_midnight_asks_for_the_weekday_of_the_instant() -> None:
    night = Hours(days=("fri",), hours=("22:00-06:00",))
    days = ("2026-11-20T05:59+00:00", "2026-11-20T06:00+00:00", "2026-11-20T22:00+00:00", "2026-11-21T05:00+00:00")
    assert holds(night, *days) == [True, False, True, False]


def test_a_span_that_ends_where_it_starts_is_the_whole_day() -> None:
    assert holds(Hours(hours=("12:00-12:00",)), "2026-11-20T11:59+00:00", "2026-11-20T12:00+00:00") == [True, True]


@pytest.mark.parametrize("offset", [-11, 0, 5.5, 14])
def test_an_instant_is_the_same_in_every_zone(offset: float) -> None:
    night = Hours(tz="Asia/Shanghai", days=("mon",), hours=("00:00-08:00",))
    inside = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert night.holds(inside.astimezone(timezone(timedelta(hours=offset))))
