"""A month of a model that is dearer by day is priced neither at midnight nor at noon."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.pricing.book import PriceBook
from simulator.pricing.snapshot import snapshot_text
from simulator.scenario.projection import Launch
from simulator.spend.bill import call_costs
from simulator.spend.calendar import busy
from simulator.spend.typical_costs import typical_costs
from tests.spend.rows import call, table

AT = datetime(2026, 12, 1, tzinfo=UTC)
BOOK = PriceBook.load()
ROWS = table(call(1, model="deepseek-v4-pro", input_tokens=1_000_000, output_tokens=0), call(2, model="nobody's"))
# $0.66 a million; twice that in 7 hours of 5 days: 35 of 168 hours
MEAN = Decimal("0.66") * (1 + Decimal(35) / 168)


def kept(folder: Path) -> PriceBook:
    """The book that a run keeps beside itself."""
    rows = BOOK.snapshot(["deepseek-v4-pro"], datetime(2026, 11, 20, 2, tzinfo=UTC))
    (folder / "rates.yaml").write_text(snapshot_text(rows), encoding="utf-8")
    return PriceBook.load(folder / "rates.yaml")


@pytest.mark.parametrize("at", [AT, AT.replace(hour=2), AT.replace(day=5, hour=13)])
def test_the_mean_of_a_week_does_not_depend_on_where_it_starts(at: datetime) -> None:
    cost, unknown = typical_costs(ROWS, BOOK, at=at)
    assert cost is not None
    assert round(cost, 12) == round(MEAN, 12)
    assert unknown is None


def test_a_run_keeps_its_hours(tmp_path: Path) -> None:
    book = kept(tmp_path)
    cost, _ = typical_costs(ROWS, book, at=AT)
    assert cost is not None
    assert round(cost, 12) == round(MEAN, 12)
    for at in (AT, AT.replace(hour=1), AT.replace(hour=4), AT.replace(day=5, hour=2)):
        assert call_costs(ROWS, book, at=at) == call_costs(ROWS, BOOK, at=at)


def test_where_hours_do_not_count_it_is_the_price_of_the_day() -> None:
    rows = table(call(1, input_tokens=1_000_000, output_tokens=0))
    assert typical_costs(rows, BOOK, at=AT) == call_costs(rows, BOOK, at=AT)


def test_a_week_ends_where_prices_change() -> None:
    # Peak hours of working days in Beijing begin on Monday, 2026-08-17; before, one price held all day.
    last_flat = datetime(2026, 8, 16, tzinfo=UTC)
    first = typical_costs(ROWS, BOOK, at=last_flat)[0]
    assert first == Decimal("0.435")
    # Until 2026-08-23 weekends had peak hours too: 7 of 24 hours.
    cost = typical_costs(ROWS, BOOK, at=datetime(2026, 8, 17, tzinfo=UTC))[0]
    assert cost is not None
    assert round(cost, 12) == round(Decimal("0.66") * (1 + Decimal(7) / 24), 12)


def test_an_hour_counts_as_much_as_it_is_busy() -> None:
    """Peak hours in Beijing are 01:00–04:00 and 06:00–10:00 UTC; a day of one busy hour meets one price."""
    launch = Launch(starts=AT.date(), sessions_per_day=1, weekend="0%", hours=[0, 0, 1, *[0] * 21])
    night = launch.model_copy(update={"hours": tuple([0.0] * 20 + [1.0] + [0.0] * 3)})
    peak, off = (
        typical_costs(ROWS, BOOK, at=AT, busy=lambda when, one=one: busy(when, one))[0] for one in (launch, night)
    )
    assert (peak, off) == (Decimal("1.32"), Decimal("0.66"))


def test_half_the_traffic_of_weekends_makes_working_days_weigh_more() -> None:
    launch = Launch(starts=AT.date(), sessions_per_day=1, weekend="50%")
    cost = typical_costs(ROWS, BOOK, at=AT, busy=lambda when: busy(when, launch))[0]
    assert cost is not None
    # 35 peak hours on working days, of 5 × 24 hours and of half of 2 × 24
    assert round(cost, 12) == round(Decimal("0.66") * (1 + Decimal(35) / 144), 12)


OWN = """
schema: price-book/1
extends: []
models:
  - model: acme/m
    source: {doc: MSA, as_of: 2026-11-01}
    prices: [{from: 2026-01-01, usd_per_million: {input_tokens: "1", output_tokens: "1"}, WINDOWS}]
  - model: other/m
    source: {doc: MSA, as_of: 2026-11-01}
    prices: [{from: 2026-01-01, usd_per_million: {input_tokens: "5", output_tokens: "5"}}]
"""


@pytest.mark.parametrize(
    ("hours", "dear"),
    [("01:10-01:20", 10), ("00:00-00:05", 5), ("23:45-00:15", 30), ("05:59-06:00", 1), ("00:00-12:00", 720)],
)
def test_hours_count_to_the_minute(tmp_path: Path, hours: str, dear: int) -> None:
    """Ten minutes an hour were missed by looks every half an hour. Nine dollars more for `dear` of 1,440 minutes."""
    (tmp_path / "own.yaml").write_text(OWN.replace("WINDOWS", f'windows: [{{hours: ["{hours}"], scale: "10"}}]'))
    book = PriceBook.load(tmp_path / "own.yaml")
    rows = table(call(1, model="m", provider="acme", input_tokens=1_000_000, output_tokens=0))
    (cost,) = typical_costs(rows, book, at=AT)
    assert cost is not None
    assert round(cost, 12) == round(1 + Decimal(9 * dear) / 1440, 12)


def test_the_hours_are_those_of_the_provider_that_a_call_names(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("WINDOWS", 'windows: [{hours: ["00:00-12:00"], scale: "3"}]'))
    book = PriceBook.load(tmp_path / "own.yaml")
    rows = table(
        *(
            call(n, model="m", provider=who, input_tokens=10**6, output_tokens=0)
            for n, who in enumerate(("acme", "other"))
        )
    )
    assert typical_costs(rows, book, at=AT.replace(hour=1)) == [2, 5]


def test_a_week_ends_before_another_price_begins(tmp_path: Path) -> None:
    """Of a price that holds on Thursday only, what Friday and the days after it cost is no part."""
    later = '{from: 2026-12-04, usd_per_million: {input_tokens: "7", output_tokens: "7"}}'
    text = OWN.replace("WINDOWS}]", f'windows: [{{hours: ["00:00-12:00"], scale: "3"}}]}}, {later}]')
    (tmp_path / "own.yaml").write_text(text)
    rows = table(call(1, model="m", provider="acme", input_tokens=10**6, output_tokens=0))
    (cost,) = typical_costs(rows, PriceBook.load(tmp_path / "own.yaml"), at=AT.replace(day=3))
    assert cost == 2
