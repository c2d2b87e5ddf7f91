"""The days of a launch: real months, weekends and growth. Never 730 hours."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from simulator.scenario.projection import Launch

_SATURDAY, _DAY_S = 5, 86_400


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a month under one price list, and the sessions that 1× brings in them."""

    first: date
    daily: tuple[Decimal, ...]

    @property
    def sessions(self) -> Decimal:
        return sum(self.daily, Decimal(0))

    @property
    def priced_at(self) -> datetime:
        """Noon UTC of the first day: prices change at midnights."""
        return datetime.combine(self.first, time(12), UTC)


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month from the launch on. `sessions` are the 1×."""

    name: str
    """2026-12"""
    partial: bool
    """The launch is not on its first day."""
    stretches: tuple[Stretch, ...]

    @property
    def sessions(self) -> Decimal:
        return sum((stretch.sessions for stretch in self.stretches), Decimal(0))

    def days(self) -> Iterator[date]:
        """From the launch or the first one on."""
        first = self.stretches[0].first
        return (first + timedelta(days=number) for number in range(sum(len(one.daily) for one in self.stretches)))


def months(launch: Launch, count: int, *, changes: Sequence[date] = ()) -> list[Month]:
    """`count` calendar months from the launch's on; `changes` are the days from which another price list holds.

    Of a launch on the last weekend of a month, where weekends bring nobody, the first month is the next one.
    """
    calendar = (_month(launch, index, set(changes)) for index in range(count + 1))
    return [month for month in calendar if month.sessions][:count]


def sessions_on(day: date, launch: Launch) -> Decimal:
    """Expected sessions at 1×: weekday or weekend, × growth of the months since the launch, × ramp."""
    index = (day.year - launch.starts.year) * 12 + day.month - launch.starts.month
    weekend = Decimal(str(launch.weekend)) if day.weekday() >= _SATURDAY else Decimal(1)
    return launch.sessions_per_day * weekend * (1 + Decimal(str(launch.growth))) ** index * _ramp(day, launch)


def busy(moment: datetime, launch: Launch) -> Decimal:
    """How much traffic a moment of the week has beside others: by the launch's hours (UTC), and its weekends."""
    weekend = Decimal(str(launch.weekend)) if moment.weekday() >= _SATURDAY else Decimal(1)
    return weekend if launch.hours is None else weekend * Decimal(str(launch.hours[moment.astimezone(UTC).hour]))


def _ramp(day: date, launch: Launch) -> Decimal:
    """A straight line over the ramp: of a ramp of 10 days the first day brings a tenth, the tenth all."""
    days = math.ceil(launch.ramp / _DAY_S)
    passed = (day - launch.starts).days + 1
    return Decimal(passed) / days if passed < days else Decimal(1)


def _month(launch: Launch, index: int, changes: set[date]) -> Month:
    year, month = divmod(launch.starts.year * 12 + launch.starts.month - 1 + index, 12)
    first = date(year, month + 1, 1)
    days = [day for day in _days(first) if day >= launch.starts]
    return Month(
        name=f"{first:%Y-%m}",
        partial=days[0] != first,
        stretches=tuple(
            Stretch(part[0], tuple(sessions_on(day, launch) for day in part)) for part in _parts(days, changes)
        ),
    )


def _days(first: date) -> Iterator[date]:
    day = first
    while day.month == first.month:
        yield day
        day += timedelta(days=1)


def _parts(days: Sequence[date], changes: set[date]) -> list[list[date]]:
    parts: list[list[date]] = [[]]
    for day in days:
        if day in changes and parts[-1]:
            parts.append([])
        parts[-1].append(day)
    return parts
