"""Which sessions stand for a scale, and what one of them costs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from simulator.spend.sessions import Basis, basis_for, is_clean
from tests.run.hand import Rows, asked, figures_of, tables

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def a_dollar_a_call(calls: pa.Table, at: datetime) -> Sequence[Decimal | None]:
    return [Decimal(1)] * len(calls)


def basis(rows: list[Rows]) -> Basis:
    calls, requests = tables(rows)
    return Basis.of(calls, requests, [figures_of(rows)])


def test_a_session_costs_all_its_attempts() -> None:
    found = basis([asked("a", 1.0), asked("a", 2.0, turn=2, attempts=3), asked("b", 1.0)])
    assert found.costs(a_dollar_a_call, NOON) == [4, 1]
    assert (found.turns, found.sessions, found.requests, found.answered) == ((2, 1), 2, 3, 3)


@pytest.mark.parametrize("outcome", ["not_reached", "cancelled", "dropped"])
def test_a_session_that_the_run_cut_off_is_no_sample_of_what_one_costs(outcome: str) -> None:
    found = basis([asked("a", 1.0), asked("a", 2.0, turn=2, outcome=outcome), asked("b", 1.0)])
    assert (found.sessions, found.requests, found.costs(a_dollar_a_call, NOON)) == (1, 1, [1])


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (["ok", "ok"], None),
        (["ok", "rate_limited"], "requests of the sample were refused or failed: sessions cost less than was offered"),
        (
            ["ok", "not_reached"],
            "sessions that the run cut off (1) are missing, long ones most likely: sessions cost less than was offered",
        ),
    ],
)
def test_a_sample_says_why_it_is_too_cheap(ends: list[str], says: str | None) -> None:
    """A run cut by Ctrl-C said that requests had been refused, where none was."""
    assert basis([asked(f"s{n}", 1.0, outcome=end) for n, end in enumerate(ends)]).bias == says


def test_a_session_that_the_service_failed_stays_in_the_sample() -> None:
    found = basis([asked("a", 1.0, outcome="server_error"), asked("a", 2.0, turn=2, outcome="skipped")])
    assert (found.sessions, found.requests, found.answered) == (1, 2, 0)


def test_copies_are_averaged_into_their_original() -> None:
    found = basis([asked("a", 1.0, scale=2.0), asked("a#2", 1.0, scale=2.0, attempts=2), asked("b", 1.0, scale=2.0)])
    assert found.costs(a_dollar_a_call, NOON) == [Decimal("1.5"), 1]
    assert (found.copies, found.sessions) == ((2, 1), 3)


def test_a_call_without_a_price_leaves_its_session_unknown_not_cheaper() -> None:
    found = basis([asked("a", 1.0), asked("a", 2.0, turn=2), asked("b", 1.0)])
    assert found.costs(lambda calls, at: [Decimal(1), None, Decimal(1)], NOON) == [None, 1]


@pytest.mark.parametrize(("refused", "clean"), [(1, True), (2, False)])
def test_one_refusal_in_a_thousand_is_still_clean(refused: int, clean: bool) -> None:
    rows = [asked(f"s{n}", 1.0, outcome="rate_limited" if n < refused else "ok") for n in range(1000)]
    assert is_clean([figures_of(rows)]) is clean


def test_the_highest_clean_rung_up_to_the_scale_stands_for_it() -> None:
    refused = [asked("a", 1.0, scale=10.0, outcome="rate_limited")]
    bases = {scale: basis([asked("a", 1.0, scale=scale)]) for scale in (1.0, 2.0)} | {10.0: basis(refused)}
    assert [basis_for(bases, scale).scale for scale in (1.0, 5.0, 10.0, 100.0)] == [1.0, 2.0, 2.0, 2.0]
    assert basis_for({10.0: bases[10.0]}, 1.0).scale == 10.0
