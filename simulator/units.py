"""Values with their unit: read from files and flags, written in reports. Seconds, US dollars, shares of one."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0, "w": 604800.0}
_PER = {"s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}
_SUFFIX = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9}
_MOST = 10**15
"""Counts beyond it are slips: sums of them must stay exact, in 64 bits and in floats."""
_NUMBER = r"[0-9][0-9_,]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?"  # with the exponent that a dump of a small number has


def parse_duration(value: object) -> float:
    """`500ms`, `30s`, `5m`, `1h`, `2d` → seconds. A bare number has no unit and is refused, except 0."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        if value == 0:
            return 0.0
        raise ValueError(f"say the unit: {value}s or {value}ms?")
    match = re.fullmatch(rf"({_NUMBER})\s*([a-z]+)", str(value).strip())
    if not match or match[2] not in _SECONDS:
        raise ValueError(f"{str(value)!r} is not a duration; write 500ms, 30s, 5m, 1h or 2d")
    return _plain(match[1]) * _SECONDS[match[2]]


_LEAST_SCALE = 0.001
"""A minute of traffic in seventeen hours, or one request of a thousand: below it there is nothing to see."""


def parse_scale(value: object) -> float:
    """`10x`, `10×` or 10 → 10.0."""
    text = str(value).strip().removesuffix("x").removesuffix("×")
    try:
        scale = float(text)
    except ValueError:
        raise ValueError(f"{str(value)!r} is not a scale; write 1, 2 or 10x") from None
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"a scale must be more than 0, got {value}")
    if scale < _LEAST_SCALE:
        raise ValueError(f"a scale must be {_LEAST_SCALE} or more, got {value}")
    return scale


def parse_usd(value: object) -> Decimal:
    """`$5,000`, `$0.12` or a plain number → US dollars, exact."""
    text = str(value).strip().removeprefix("$").removesuffix("USD").strip().replace(",", "").replace("_", "")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{str(value)!r} is not an amount of US dollars; write $5,000 or $0.12") from None
    if isinstance(value, float) or not amount.is_finite() or amount < 0:
        raise ValueError(f"{str(value)!r} is not an amount of US dollars of 0 or more")
    return amount


def parse_rate(value: object) -> float:
    """`2.5/s`, `90/min`, `400/h`, `12k/day` → per second."""
    match = re.fullmatch(rf"(-?)({_NUMBER})([kM]?)\s*/\s*([a-z]+)", str(value).strip())
    if not match or match[4] not in _PER:
        raise ValueError(f"{str(value)!r} is not a rate; write 2.5/s, 90/min, 400/h or 12k/day")
    rate = _plain(match[2]) * _SUFFIX[match[3]] / _PER[match[4]]
    if match[1] or rate <= 0:
        raise ValueError(f"must be more than 0, got {value}")
    return rate


def parse_share(value: object) -> float:
    """`20%` or 0.2 → 0.2; between 0 and 1."""
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise ValueError(f"{str(value)!r} is not a share; write 20% or 0.2") from None
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0% and 100%, got {value}")
    return share


def parse_growth(value: object) -> float:
    """`8%/month` or `-2%/month` → 0.08, the change from one month to the next."""
    match = re.fullmatch(rf"([-+]?)({_NUMBER})%\s*/\s*(?:month|mo)", str(value).strip())
    if value == 0:
        return 0.0
    if not match:
        raise ValueError(f"{str(value)!r} is not a growth; write 8%/month")
    growth = float(f"{match[1]}1") * _plain(match[2]) / 100
    if growth <= -1:
        raise ValueError(f"a growth must be more than -100%/month, got {value}")
    return growth


def parse_count(value: object) -> int:
    """`450k`, `2M`, `128_000` or 128000 → a whole number of 0 or more."""
    match = re.fullmatch(rf"({_NUMBER})([kMB]?)", str(value).strip())
    if match is None or isinstance(value, bool) or _plain(match[1]) * _SUFFIX[match[2]] > _MOST:
        raise ValueError(f"{str(value)!r} is not a whole number of 0 to 10^15; write 128000, 450k or 2M")
    count = Decimal(match[1].replace(",", "").replace("_", "")) * _SUFFIX[match[2]]
    if count != int(count):
        raise ValueError(f"{str(value)!r} is not a whole number; write 128000, 450k or 2M")
    return int(count)


def _plain(digits: str) -> float:
    value = float(digits.replace(",", "").replace("_", ""))
    if math.isinf(value):
        raise ValueError(f"{digits} is more than a number can be")
    return value


def _text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "examples": [pattern]})


Duration = Annotated[float, BeforeValidator(parse_duration), PlainSerializer(lambda v: f"{v!r}s"), _text("30s")]
"""Seconds, written with a unit."""
Scale = Annotated[float, BeforeValidator(parse_scale), _text("10x")]
"""A traffic multiplier of more than 0."""
Usd = Annotated[Decimal, BeforeValidator(parse_usd), PlainSerializer(lambda v: format(v, "f")), _text("$5,000")]
"""US dollars, exact."""
Rate = Annotated[float, BeforeValidator(parse_rate), PlainSerializer(lambda v: f"{v!r}/s"), _text("2.5/s")]
"""Events per second."""
Share = Annotated[float, BeforeValidator(parse_share), _text("20%")]
"""A part of one."""
Growth = Annotated[
    float, BeforeValidator(parse_growth), PlainSerializer(lambda v: f"{v * 100!r}%/month"), _text("8%/month")
]
"""Change from one month to the next."""
Count = Annotated[int, BeforeValidator(parse_count), _text("450k")]
"""A whole number of 0 or more."""


def seconds_text(seconds: float | None) -> str:
    """A duration for people: `12 ms`, `1.42 s`, `3 min 20 s`; `∞` for infinity, `–` for unknown."""
    if seconds is None or math.isnan(seconds):
        return "–"
    if math.isinf(seconds):
        return "∞"
    if abs(seconds) < 1:
        return f"{seconds * 1000:.3g} ms"
    if abs(seconds) < 120:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def usd_text(amount: Decimal | None) -> str:
    """Dollars for people: `$5,000`, `$0.31`, `$0.000152`; `unknown` for None, which is never $0."""
    if amount is None:
        return "unknown"
    size = abs(amount)
    if size >= 1000:
        form = ",.0f"
    elif size >= Decimal("0.1") or size == 0:
        form = ",.2f"
    else:
        form = ".3g" if size >= Decimal("0.000001") else ".2e"
    return f"{'-' if amount < 0 else ''}${size:{form}}"


def share_text(share: float | None) -> str:
    """A share for people: `37.1 %`, `−1,570 %`; `–` for unknown."""
    if share is None or math.isnan(share):
        return "–"
    share += 0.0  # never a negative zero
    text = f"{share * 100:,.0f} %" if 9.995 <= abs(share) < math.inf else f"{share * 100:.3g} %"
    return text.replace("-", "−") if share < 0 else text


def scale_text(scale: float) -> str:
    """`10×`."""
    return f"{scale:g}×"


def count_text(count: float | None) -> str:
    """`1,234`; `–` for unknown."""
    return "–" if count is None or math.isnan(count) else f"{count:,.0f}"
