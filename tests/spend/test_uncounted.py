"""What the months leave out is said beside them and in the register."""

from datetime import UTC, date, datetime
from pathlib import Path

from simulator.pricing.book import PriceBook
from simulator.pricing.snapshot import snapshot_text
from simulator.scenario.projection import ProjectionPlan
from simulator.spend.uncounted import Uncounted
from tests.spend.test_projection import LAUNCH, month, projected, rung

TERMS = """
schema: price-book/1
commitments:
  - {id: ptu, kind: ptu, model: gpt-4o, units: 15, minimum: 15, increment: 5, price: {per: unit_month, usd: "260"},
     capacity: {per_unit_per_minute: 4750}, burn: {weights: {input_tokens: 1, output_tokens: "8.5"}}, window: 30s,
     from: 2026-12-31, to: 2027-01-15, source: {doc: an offer, as_of: 2026-11-19}}
  - {id: other, kind: gsu, model: gemini-4-argon, units: 1, price: {per: unit_hour, usd: "1"},
     capacity: {per_unit_per_minute: 1}, burn: {weights: {input_tokens: 1}}, from: 2026-01-01,
     source: {doc: an offer, as_of: 2026-11-19}}
free:
  - {provider: openai, meter: input_tokens, units_per_month: 1000000, to: 2027-01-01,
     source: {doc: a grant, as_of: 2026-06-28}}
  - {provider: openai, meter: web_search_requests, units_per_month: 5000, source: {doc: a grant, as_of: 2026-06-28}}
"""
CALLED = [("gpt-4o", "openai/gpt-4o")]


def book(folder: Path) -> PriceBook:
    (folder / "book.yaml").write_text(TERMS, encoding="utf-8")
    return PriceBook.load(folder / "book.yaml")


def test_a_month_says_what_it_does_not_count(tmp_path: Path) -> None:
    uncounted = Uncounted.of(book(tmp_path), CALLED)
    found = projected(rung(1.0), plan=ProjectionPlan(scales=[1], months=3), uncounted=uncounted)
    notes = [month(found, name=name).note for name in ("2026-12", "2027-01", "2027-02")]
    capacity = "not counted: committed capacity (ptu)"
    assert notes == [f"{capacity}, free units (input_tokens)", capacity, None]
    register = {row["id"]: (row["value"], row["source"]) for row in found.assumptions}
    assert register["commitment.ptu"] == (
        "15 units of gpt-4o, $3,900 a month used or not, from 2026-12-31 until before 2027-01-15: "
        "not in the months, which pay by the token; see `tenfold commitments`",
        "an offer",
    )
    assert (
        register["free.openai.input_tokens"][0]
        == "1,000,000 input_tokens a month for nothing: not taken off the months"
    )
    assert not [name for name in register if name.startswith("commitment.other")]


def test_a_launch_in_mid_month_meets_what_holds_from_then_on(tmp_path: Path) -> None:
    """The commitment ends on 15 January, and nobody launched before the 20th."""
    launch = LAUNCH.model_copy(update={"starts": date(2027, 1, 20)})
    found = projected(rung(1.0), launch=launch, uncounted=Uncounted.of(book(tmp_path), CALLED))
    assert month(found, name="2027-01").note == "partial month"


def test_a_run_keeps_what_its_months_do_not_count(tmp_path: Path) -> None:
    mine = book(tmp_path)
    rows = mine.snapshot(["gpt-4o"], datetime(2026, 11, 20, tzinfo=UTC))
    text = snapshot_text(rows, commitments=mine.commitments, free=mine.free_pools)
    (tmp_path / "rates.yaml").write_text(text, encoding="utf-8")
    kept = PriceBook.load(tmp_path / "rates.yaml")
    assert Uncounted.of(kept, CALLED) == Uncounted.of(mine, CALLED)
    assert kept.commitments == mine.commitments


def test_where_nothing_was_called_nothing_is_left_out(tmp_path: Path) -> None:
    assert Uncounted.of(book(tmp_path), []) == Uncounted()
