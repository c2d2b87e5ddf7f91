"""What can be bought, and when it holds."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.pricing.book import PriceBook

PTU = """
schema: price-book/1
commitments:
  - id: ptu-eastus2
    kind: ptu
    model: gpt-5
    units: 20
    minimum: 15
    increment: 5
    price: {per: unit_month, usd: "260"}
    overhead_usd_per_month: "73"
    capacity: {per_unit_per_minute: 4750}
    burn: {weights: {input_tokens: 1, output_tokens: 8}}
    from: 2026-12-01
    to: 2027-01-01
    shares: {checkout: 15, search: 5}
    source: {url: "https://learn.microsoft.com/azure/foundry/openai/how-to/provisioned-throughput", as_of: 2026-11-19}
"""


def book(folder: Path, text: str) -> PriceBook:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return PriceBook.load(folder / "mine.yaml")


def test_a_month_is_730_hours_used_or_not(tmp_path: Path) -> None:
    (ptu,) = book(tmp_path, PTU).commitments
    assert ptu.usd_per_month(20) == 20 * 260 + 73
    hourly = ptu.price.model_copy(update={"per": "unit_hour", "usd": Decimal(1)})
    assert hourly.usd_per_month == 730


def test_it_holds_from_its_first_day_to_before_its_last(tmp_path: Path) -> None:
    (ptu,) = book(tmp_path, PTU).commitments
    days = ("2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01")
    assert [ptu.holds(date.fromisoformat(day)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PTU.replace("units: 20", "units: 14"), "14 units cannot be bought; buy 15, 20, 25, …"),
        (PTU.replace("units: 20", "units: 21"), "21 units cannot be bought"),
        (PTU.replace("search: 5", "search: 4"), "shares add up to 19 of 20 units"),
        (PTU.replace("kind: ptu", "kind: wish"), "commitments.0.kind"),
        (PTU.replace("to: 2027-01-01", "to: 2026-12-01"), "ends on 2026-12-01 before it begins on 2026-12-01"),
    ],
)
def test_what_nobody_sells_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as error:
        book(tmp_path, text)
    assert problem in str(error.value)
