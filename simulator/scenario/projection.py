"""What a launch is expected to bring, and what may be spent: the `launch:`, `projection:` and `budget:` blocks."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from simulator.units import Count, Duration, Growth, Scale, parse_usd
from simulator.yamlfile import FileModel

_HOURS_OF_A_DAY = 24


def parse_ratio(value: object) -> float:
    """`57%`, `130%` or 1.3 → a share that may pass one."""
    text = str(value).strip()
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(%?)", text)
    if not match:
        raise ValueError(f"{value!r} is not a ratio; write 57% or 0.57")
    return float(match[1]) / (100 if match[2] else 1)


def parse_budget(value: object) -> Decimal:
    """`$6,000/month` → dollars a month. The period must be said: a bare amount could be a day's."""
    amount, slash, period = str(value).partition("/")
    if not slash or period.strip() not in ("month", "mo"):
        raise ValueError(f"{value!r} is not a budget; write $6,000/month")
    return parse_usd(amount)


Ratio = Annotated[
    float, BeforeValidator(parse_ratio), WithJsonSchema({"type": ["string", "number"], "examples": ["57%"]})
]
Budget = Annotated[
    Decimal,
    BeforeValidator(parse_budget),
    PlainSerializer(lambda v: f"${v:f}/month"),
    WithJsonSchema({"type": "string", "examples": ["$6,000/month"]}),
]
"""US dollars a calendar month, for the scale that the launch expects (1×)."""


def parse_hours(value: object) -> object:
    """24 weights of 0 or more, one of them more than 0."""
    if not isinstance(value, (list, tuple)) or len(value) != _HOURS_OF_A_DAY:
        raise ValueError(f"write {_HOURS_OF_A_DAY} weights, one for each hour from midnight")
    if min(value) < 0 or not max(value) > 0:
        raise ValueError("weights must be 0 or more, and one of them more than 0")
    return tuple(float(weight) for weight in value)


Hours = Annotated[
    tuple[float, ...],
    BeforeValidator(parse_hours),
    WithJsonSchema({"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 24, "maxItems": 24}),
]
"""Relative, they need not sum to anything."""


class Launch(FileModel):
    """The expected 1× in production. Everything here is an assumption, and the projection's register says so."""

    starts: date
    """First day with users; the month it falls in counts from this day."""
    sessions_per_day: Annotated[Count, Field(gt=0)]
    """On a weekday (Monday to Friday) of the first month."""
    weekend: Ratio = 1.0
    """Sessions on a Saturday or Sunday, as a share of a weekday's."""
    hours: Hours | None = None
    """24 weights from midnight UTC: how a day spreads over its hours. The test's 1× stands for the busiest."""
    growth: Growth = 0.0
    """From each calendar month to the next, compounding; the launch month has none yet."""
    ramp: Duration = 0.0
    """How long a staged rollout takes from the first users to all of them, in a straight line."""
    uncertainty: Annotated[Ratio, Field(ge=0)] = 0.2
    """The true volume lies within ÷(1+u) and ×(1+u) of the plan with 80 % probability."""


class ProjectionPlan(FileModel):
    """Which months are projected, and at which multiples of the launch."""

    scales: Annotated[list[Scale], Field(min_length=1)] = [1.0, 10.0, 100.0]
    months: Annotated[int, Field(ge=1, le=36)] = 3
    """Calendar months from the launch's on; the first is partial where the launch is not on its first day."""
