"""One instant as a log writes it, as whole nanoseconds since 1970 UTC."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?\s*(Z|[+-]\d\d:?\d\d)?$")
_UNITS = ((10**8, 10**9), (10**11, 10**6), (10**14, 10**3), (10**17, 1))
"""Seconds, ms, µs, ns: the least number that can be meant (March 1973 in that unit), and nanoseconds per unit."""


def nanoseconds(value: object) -> int | None:
    """ISO 8601 (no zone: UTC) or a Unix time in s, ms, µs or ns, told apart by its size; None where it is neither.

    A number below 1e8 is no Unix time that a log of ours could hold, so it is not guessed at.
    """
    match = _ISO.match(str(value).strip())
    if match:
        return _calendar(*match.groups())
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    fitting = [scale for least, scale in _UNITS if number.is_finite() and number >= least]
    return int(number * fitting[-1]) if fitting else None


def _calendar(date: str, time: str, fraction: str | None, zone: str | None) -> int | None:
    try:
        whole = datetime.fromisoformat(f"{date}T{time}{zone or 'Z'}")
    except ValueError:
        return None
    seconds = (whole - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    return int(seconds) * 10**9 + int((fraction or "0").ljust(9, "0"))
