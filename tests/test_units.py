from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import units


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30.0),
        ("5m", 300.0),
        ("1.5h", 5400.0),
        ("2d", 172800.0),
        (0, 0.0),
        ("1_000s", 1000.0),
        ("1e-05s", 1e-05),
    ],
)
def test_durations_carry_their_unit(text: object, seconds: float) -> None:
    assert units.parse_duration(text) == seconds


@pytest.mark.parametrize("text", [30, "30", "s", "-1s", "5 parsecs", "", True, None])
def test_a_duration_without_a_unit_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"unit|not a duration"):
        units.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("$5,000", "5000"), ("$0.12", "0.12"), (5, "5"), (Decimal("0.1"), "0.1"), ("12.50 USD", "12.50")],
)
def test_money_is_exact(text: object, amount: str) -> None:
    assert units.parse_usd(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["five", "$-1", 0.1, "nan", "$inf", None])
def test_money_is_not_a_float_a_debt_or_a_word(text: object) -> None:
    with pytest.raises(ValueError, match="US dollars"):
        units.parse_usd(text)


@pytest.mark.parametrize(
    ("text", "per_second"), [("2.5/s", 2.5), ("90/min", 1.5), ("360/h", 0.1), ("86.4k/day", 1.0), ("1M/d", 1e6 / 86400)]
)
def test_rates_are_per_second(text: str, per_second: float) -> None:
    assert units.parse_rate(text) == pytest.approx(per_second)


@pytest.mark.parametrize("text", ["-2/s", "0/s", "2", "2/fortnight", 2])
def test_a_rate_is_more_than_nothing_per_unit(text: object) -> None:
    with pytest.raises(ValueError, match=r"more than 0|not a rate"):
        units.parse_rate(text)


@pytest.mark.parametrize(("text", "scale"), [("10x", 10.0), ("10×", 10.0), (2, 2.0), ("0.5", 0.5)])
def test_scales(text: object, scale: float) -> None:
    assert units.parse_scale(text) == scale


@pytest.mark.parametrize("text", ["0x", "-1", "nan", "inf", "many"])
def test_a_scale_is_a_finite_number_above_zero(text: object) -> None:
    with pytest.raises(ValueError, match="scale"):
        units.parse_scale(text)


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), (0, 0.0), ("100%", 1.0), (Decimal("0.5"), 0.5)])
def test_shares(text: object, share: float) -> None:
    assert units.parse_share(text) == share


@pytest.mark.parametrize("text", ["101%", "-1%", "half"])
def test_a_share_is_a_part_of_one(text: str) -> None:
    with pytest.raises(ValueError, match="share"):
        units.parse_share(text)


@pytest.mark.parametrize(("text", "count"), [("450k", 450_000), ("2M", 2_000_000), (128_000, 128_000), ("1.5k", 1500)])
def test_counts(text: object, count: int) -> None:
    assert units.parse_count(text) == count


@pytest.mark.parametrize("text", ["1.5", "-1", "lots", True, 1.25, "1.0001k", 10**15 + 1, "1e30"])
def test_a_count_is_whole(text: object) -> None:
    with pytest.raises(ValueError, match="whole number"):
        units.parse_count(text)


def test_what_no_number_can_be_is_not_taken_for_infinity() -> None:
    for parse, text in (
        (units.parse_duration, "1e400s"),
        (units.parse_rate, "1e400/s"),
        (units.parse_count, "1e9999999"),
        (units.parse_growth, "1e400%/month"),
    ):
        with pytest.raises(ValueError, match="is more than a number can be"):
            parse(text)


def test_growth_is_per_month() -> None:
    assert [units.parse_growth(text) for text in ("8%/month", "-2.5%/mo", 0)] == [0.08, -0.025, 0.0]
    with pytest.raises(ValueError, match="8%/month"):
        units.parse_growth("8%")


@pytest.mark.parametrize("text", ["-100%/month", "-150%/month", "1.2.3%/month", "...%/month"])
def test_a_growth_leaves_somebody_and_is_one_number(text: str) -> None:
    assert units.parse_growth("-99%/month") == -0.99
    with pytest.raises(ValueError, match=r"8%/month|more than"):
        units.parse_growth(text)


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_money_written_plainly_reads_back_the_same(amount: Decimal) -> None:
    assert units.parse_usd(f"${amount:,}") == amount


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12.3 ms"),
        (1.418, "1.42 s"),
        (119, "119 s"),
        (120, "2 min 0 s"),
        (200, "3 min 20 s"),
        (3725, "1 h 2 min"),
        (float("inf"), "∞"),
        (None, "–"),
    ],
)
def test_seconds_for_people(seconds: float | None, text: str) -> None:
    assert units.seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("26864.2", "$26,864"),
        ("1000", "$1,000"),
        ("999.99", "$999.99"),
        ("0.314", "$0.31"),
        ("0.000152", "$0.000152"),
        ("0", "$0.00"),
        ("-12.5", "-$12.50"),
        ("0.0000768", "$0.0000768"),
        ("-0.0000001", "-$1.00e-7"),
    ],
)
def test_dollars_for_people(amount: str, text: str) -> None:
    assert units.usd_text(Decimal(amount)) == text


def test_an_unknown_amount_is_never_zero() -> None:
    assert units.usd_text(None) == "unknown"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (9.99, "999 %"),
        (-15.7, "−1,570 %"),
        (-0.0865, "−8.65 %"),
        (-0.0, "0 %"),
        (9.996, "1,000 %"),
        (0.371, "37.1 %"),
        (float("nan"), "–"),
        (1e-5, "0.001 %"),
    ],
)
def test_a_share_is_written_out(share: float, text: str) -> None:
    assert units.share_text(share) == text
