"""One instant, however it is written."""

import pytest

from simulator.traffic.instant import nanoseconds

AT = 1_793_527_200 * 10**9  # 2026-11-01 10:00:00 UTC


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-01T10:00:00Z", AT),
        ("2026-11-01 10:00:00", AT),
        ("2026-11-01T11:00:00+01:00", AT),
        ("2026-11-01T11:00:00.25+0100", AT + 250_000_000),
        ("2026-11-01 10:00:00.1234567", AT + 123_456_700),
        ("2026-11-01 10:00:00.123456789", AT + 123_456_789),
        (1_793_527_200, AT),
        (1_793_527_200.5, AT + 500_000_000),
        ("1793527200000", AT),
        (AT // 1000, AT),
        (AT, AT),
        ("yesterday", None),
        ("2026-13-01 10:00:00", None),
        (12.5, None),
        (float("nan"), None),
        (None, None),
    ],
)
def test_instants(written, expected):
    assert nanoseconds(written) == expected
