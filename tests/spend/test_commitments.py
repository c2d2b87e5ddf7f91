"""Committed capacity under measured traffic."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from simulator.calls import Call
from simulator.pricing.book import PriceBook
from simulator.pricing.commitment import Burn, Capacity, Commitment, Paid
from simulator.pricing.entry import Source
from simulator.spend.commitments import CommitmentCase, commitment_case
from tests.spend.rows import call, table

AT = datetime(2026, 12, 1, tzinfo=UTC)
BOOK = PriceBook.load()


def ptu(*, units: int = 15, usd: str = "260", per: str = "unit_month", tpm: int = 4750) -> Commitment:
    return Commitment.model_validate(
        {
            "id": "ptu",
            "kind": "ptu",
            "model": "gpt-5",
            "units": units,
            "price": Paid.model_validate({"per": per, "usd": usd}),
            "capacity": Capacity(per_unit_per_minute=tpm),
            "burn": Burn(weights={"input_tokens": Decimal(1), "output_tokens": Decimal(8)}),
            "from": "2026-12-01",
            "source": Source.model_validate({"doc": "test", "as_of": "2026-11-20"}),
        }
    )


def case(commitment: Commitment, *calls: Call, span_s: float = 60) -> CommitmentCase:
    found = commitment_case(table(*calls), commitment, BOOK, at=AT, span_s=span_s)
    assert found is not None
    return found


def asked(
    number: int, *, at: float = 0, tokens: int = 1000, answer: int = 100, cached: int = 0, outcome: str = "ok"
) -> object:
    return call(
        number,
        model="gpt-5",
        sent_at=at,
        outcome=outcome,
        input_tokens=tokens,
        cache_read_tokens=cached,
        output_tokens=answer,
    )


@pytest.mark.parametrize(
    ("commitment", "break_even"),
    [
        # 4,750 a minute × 730 h of input at $1.25 per million is $260.06 a month: the reservation is parity when full
        (ptu(usd="260"), 260 / 260.0625),
        (ptu(usd="221"), 221 / 260.0625),  # the one-year price
        (ptu(usd="1", per="unit_hour"), 730 / 260.0625),  # the hourly price never pays
    ],
)
def test_where_a_ptu_of_gpt_5_breaks_even(commitment: Commitment, break_even: float) -> None:
    # Output weighs 8 and costs 8 times as much, so the mix does not matter.
    for answer in (0, 100, 5000):
        assert case(commitment, asked(1, answer=answer)).break_even_utilisation == pytest.approx(break_even)


def test_cached_tokens_are_free_in_a_ptu_and_move_the_break_even() -> None:
    # 200 fresh of 1,000: burn 200, pay-as-you-go 200 × 1.25 + 800 × 0.125 = 350 instead of 250 per million
    found = case(ptu(), asked(1, answer=0, cached=800))
    assert found.break_even_utilisation == pytest.approx(260 / 260.0625 / 1.4)


@pytest.mark.parametrize(("before", "spilled"), [(4749, 0), (4750, 0.5), (4751, 0.5)])
def test_a_request_spills_where_its_window_has_nothing_left(before: int, spilled: float) -> None:
    found = case(ptu(units=1), asked(1, tokens=before, answer=0), asked(2, at=59.9, tokens=10, answer=0))
    assert found.chosen.spilled_share == spilled


def test_the_next_window_is_empty_again() -> None:
    found = case(ptu(units=1), asked(1, tokens=9000, answer=0), asked(2, at=60.0, answer=0), span_s=120)
    assert found.chosen.spilled_share == 0
    assert found.chosen.utilisation == pytest.approx((4750 + 1000) / (2 * 4750))


def test_a_rung_of_a_third_of_a_minute_has_a_third_of_its_capacity() -> None:
    """Eighteen seconds once had the capacity of a whole minute, and a commitment seemed to save three times as much."""
    calls = [asked(n, at=n * 0.5, answer=0) for n in range(40)]  # 2,000 tokens a second: 120,000 a minute of 4,750
    short, whole = (case(ptu(units=1), *calls, span_s=20), case(ptu(units=1), *_repeated(3), span_s=60))
    assert short.chosen.utilisation == whole.chosen.utilisation == 1.0
    # Two of 40 requests find room for 1,583 tokens; five of 120 find room for 4,750.
    assert (short.chosen.spilled_share, whole.chosen.spilled_share) == (38 / 40, 115 / 120)
    assert case(ptu(units=1), asked(1, at=25.0, answer=0), span_s=20).chosen.spilled_share == 0


def _repeated(times: int) -> list[object]:
    return [asked(n, at=n * 0.5, answer=0) for n in range(40 * times)]


def test_the_month_adds_up_and_more_units_spill_less() -> None:
    calls = [asked(n, at=n * 0.5, tokens=4000, answer=200) for n in range(120)]
    found, *larger = (case(ptu(units=units), *calls) for units in (15, 30, 150))
    assert [one.units for one in found.curve] == [1, 15]
    chosen = [*found.curve, *(one.chosen for one in larger)]
    shares = [one.spilled_share for one in chosen]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0
    for one in chosen:
        assert one.total_usd == one.commitment_usd + one.spilled_usd
        assert one.saving_usd == one.pay_as_you_go_usd - one.total_usd
    # 120 × (4000 × 1.25 + 200 × 10) / 1M = $0.84 a minute, 43,800 minutes a month
    assert found.chosen.pay_as_you_go_usd == Decimal("0.84") * 43_800
    assert found.chosen.commitment_usd == 15 * 260


def test_what_the_provider_refused_burns_nothing() -> None:
    found = case(ptu(units=1), asked(1, outcome="rate_limited"), asked(2, answer=0))
    assert (found.attempts, found.chosen.utilisation) == (1, pytest.approx(1000 / 4750))


def test_no_traffic_for_the_model_is_no_case() -> None:
    assert commitment_case(table(call(1, input_tokens=1)), ptu(), BOOK, at=AT, span_s=60) is None
