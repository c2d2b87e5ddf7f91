import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.derive import derive
from simulator.derive.bills import attempt_lines, commitment_cases, expected_of_run, rebill
from simulator.pricing.book import PriceBook
from simulator.reports import focus

# Every meter alike, so that the change of a price is the change of the bill.
BOOK = """\
schema: price-book/1
extends: []
models:
  - model: openai/gpt-4o
    source: {url: "https://openai.example.com/prices", as_of: 2026-11-01}
    prices:
      - {from: 2026-01-01, usd_per_million: {input_tokens: "1", cache_read_tokens: "1", output_tokens: "1"}}
      - {from: 2027-01-01, usd_per_million: {input_tokens: "2", cache_read_tokens: "2", output_tokens: "2"}}
  - model: openai/gpt-4o-mini
    source: {url: "https://openai.example.com/prices", as_of: 2026-11-01}
    prices:
      - {from: 2026-01-01, usd_per_million: {input_tokens: "1", cache_read_tokens: "1", output_tokens: "1"}}
"""


def test_the_lines_of_a_bill_sum_to_its_total(finished: Path) -> None:
    *lines, last = attempt_lines(finished)
    bill = rebill(finished)
    assert sum(Decimal(line["cost_usd"]) for line in lines) == Decimal(last["total_usd"]) == bill.total
    assert bill.total == derive(finished).total_usd


def test_another_book_on_another_day_is_another_bill(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    book = PriceBook.load(tmp_path / "book.yaml")
    before, after = (rebill(finished, book=book, at=datetime(year, 6, 1, tzinfo=UTC)) for year in (2026, 2027))
    sooner = next(rung for rung in before.rungs if (rung.scale, rung.strategy) == (1.0, "single"))
    later = next(rung for rung in after.rungs if (rung.scale, rung.strategy) == (1.0, "single"))
    assert later.total == 2 * sooner.total  # the single strategy asks gpt-4o only, and all its prices double


def test_another_day_is_priced_at_the_hour_of_the_run(finished: Path) -> None:
    assert rebill(finished, at=datetime(2026, 12, 2, tzinfo=UTC)).priced_at == "2026-12-02T12:00:00+00:00"
    assert rebill(finished).priced_at == "2026-11-20T12:00:00+00:00"


def test_months_rest_on_lines_at_the_prices_of_their_own_days(finished: Path, tmp_path: Path) -> None:
    """Launched on 2026-12-01; from January on gpt-4o costs twice as much: December alone pays the run's prices."""
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    found = derive(finished, book=PriceBook.load(tmp_path / "book.yaml"))
    january = date(2027, 1, 1)
    assert list(found.items_from) == [january]
    rests = {(one.based_on_scale, one.strategy) for one in found.projection.months}
    before = [one for one in found.items if (one.scale, one.strategy) in rests]
    assert [one.quantity for one in found.items_from[january]] == [one.quantity for one in before]
    dearer = [later.cost / one.cost for one, later in zip(before, found.items_from[january], strict=True)]
    assert dearer == [2 if one.model == "gpt-4o" else 1 for one in before]
    assert {one.since for one in found.items_from[january] if one.model == "gpt-4o"} == {january}
    shown = [
        (row["usd_per_million"], row["from"], row["until"]) for row in found.prices if row["meter"] == "input_tokens"
    ]
    assert shown == [("1", "2026-01-01", "2027-01-01"), ("2", "2027-01-01", ""), ("1", "2026-01-01", "")]
    rows = list(csv.DictReader(io.StringIO(focus.render(found))))
    assert sum(abs(Decimal(row["BilledCost"])) for row in rows if row["ChargeCategory"] == "Adjustment") < 10


def test_what_a_provider_should_charge_is_the_bill(finished: Path) -> None:
    expected = expected_of_run(finished)
    assert sum(side.cost for side in expected.sides.values()) == rebill(finished).total
    assert (expected.unpriced, expected.backdated) == (0, frozenset())


COMMITMENT = """\
commitments:
  - id: reserved
    kind: ptu
    model: gpt-4o
    units: 1
    price: {per: unit_month, usd: "600"}
    capacity: {per_unit_per_minute: 100000000}
    burn: {weights: {input_tokens: "1", output_tokens: "4"}}
    from: 2026-01-01
    source: {doc: "made up for the test", as_of: 2026-11-01}
"""


def test_a_commitment_meets_every_rung_that_asked_its_model(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "book.yaml").write_text(BOOK, encoding="utf-8")
    assert commitment_cases(finished, PriceBook.load(tmp_path / "book.yaml")) == []
    (tmp_path / "book.yaml").write_text(BOOK + COMMITMENT, encoding="utf-8")
    cases = commitment_cases(finished, PriceBook.load(tmp_path / "book.yaml"))
    assert [(scale, name, case.id) for scale, name, case in cases] == [
        (scale, name, "reserved") for scale in (1.0, 2.0) for name in ("single", "routed")
    ]
    assert all(case.chosen.spilled_share == 0 for _, _, case in cases)


@pytest.mark.parametrize(
    ("span", "priced_at"),
    [
        ("from: 2027-01-01", "2027-01-01T00:00:00+00:00"),  # it was not found before it began, when one asks about it
        ("from: 2027-01-01\n    to: 2028-01-01", "2027-01-01T00:00:00+00:00"),
        ("from: 2026-01-01\n    to: 2026-01-02", None),  # over by the day of the run
    ],
)
def test_a_commitment_to_come_is_held_against_the_prices_of_its_first_day(
    finished: Path, tmp_path: Path, span: str, priced_at: str | None
) -> None:
    (tmp_path / "book.yaml").write_text(BOOK + COMMITMENT.replace("from: 2026-01-01", span), encoding="utf-8")
    (tmp_path / "now.yaml").write_text(BOOK + COMMITMENT, encoding="utf-8")
    cases = commitment_cases(finished, PriceBook.load(tmp_path / "book.yaml"))
    assert {case.priced_at for _, _, case in cases} == ({priced_at} if priced_at else set())
    before = commitment_cases(finished, PriceBook.load(tmp_path / "now.yaml"))
    paid = [case.chosen.pay_as_you_go_usd for _, _, case in cases]
    assert paid == [2 * case.chosen.pay_as_you_go_usd for _, _, case in before][: len(paid)]
