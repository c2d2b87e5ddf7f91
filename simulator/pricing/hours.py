"""Hours of the week in which something holds, in a time zone of their own."""

import re
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from simulator.yamlfile import FileModel

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone; write UTC or Asia/Shanghai") from None
    return name


def _hours(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError(f"{text!r} is not a span of hours; write 01:00-04:00")
    return text


class Hours(FileModel):
    """Hours of chosen weekdays. A span that ends before it starts goes on after midnight, to where it starts: a day."""

    tz: Annotated[str, AfterValidator(_zone)] = "UTC"
    days: tuple[Annotated[str, Field(pattern="^(mon|tue|wed|thu|fri|sat|sun)$")], ...] = _DAYS
    hours: tuple[Annotated[str, AfterValidator(_hours)], ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """`hours 09:00-12:00 Asia/Shanghai on mon, tue`; no days where it holds on all of them."""
        days = "" if set(self.days) == set(_DAYS) else f" on {', '.join(self.days)}"
        return f"hours {', '.join(self.hours)} {self.tz}{days}"

    @property
    def minutes(self) -> list[int]:
        """Of the hour, at which a span begins or ends."""
        return [int(clock[3:]) for span in self.hours for clock in span.split("-")]

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies inside; starts are included, ends are not. The weekday is that of `at` itself."""
        local = at.astimezone(ZoneInfo(self.tz))
        return _DAYS[local.weekday()] in self.days and any(_inside(local.time(), span) for span in self.hours)


def _inside(now: time, span: str) -> bool:
    start, end = (time.fromisoformat(text) for text in span.split("-"))
    return start <= now < end if start < end else now >= start or now < end
