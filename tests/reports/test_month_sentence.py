"""The month in one sentence."""

from datetime import date
from decimal import Decimal

from simulator.reports.headline import readiness, tiles
from simulator.reports.month_sentence import month_sentence
from simulator.reports.table import Cell
from simulator.reports.tables.months import months
from simulator.spend.contracted import ContractTerm
from simulator.summary import Summary


def changed(summary: Summary, **figures: object) -> Summary:
    own = [month.model_copy(update=figures) for month in summary.projection.months]
    return summary.model_copy(update={"projection": summary.projection.model_copy(update={"months": own})})


def test_it_says_what_it_costs_how_sure_that_is_and_what_moves_it(launch: Summary) -> None:
    said = month_sentence(changed(launch, budget_spent_on=date(2026, 12, 9)))
    first, *_, last = [m for m in launch.projection.months if (m.month, m.strategy) == ("2026-12", "single")][:2]
    for month in (first, last):
        assert f"${month.p50:,.0f} at {month.scale:g}× (8 in 10: ${month.p10:,.0f} to ${month.p90:,.0f})" in said
    assert said.startswith("December 2026 (strategy single) is expected to cost ")
    assert ", over the budget of $6,000 from 9 December on." in said
    assert " What moves it most: sessions per day (" in said


def test_without_an_interval_a_budget_is_not_held(launch: Summary) -> None:
    bare = changed(launch, p10=None, p90=None, over_budget="no data", budget=Decimal(10**9))
    assert "(no interval), too little to say whether the budget of $1,000,000,000 holds" in month_sentence(bare)
    assert any(note.startswith("? no data: ") for note in months(bare).notes)


def test_what_a_minimum_hides_does_not_move_the_month(launch: Summary) -> None:
    bars = [
        row.model_copy(update={"low": Decimal(9), "high": Decimal(9)}) for row in launch.projection.tornado["single"]
    ]
    still = launch.model_copy(update={"projection": launch.projection.model_copy(update={"tornado": {"single": bars}})})
    bound = changed(still, contracts=[ContractTerm(id="c", share=Decimal(1), minimum=Decimal(9), bands=[])])
    assert month_sentence(bound).endswith(" No assumption moves it: it is the minimum of a contract.")
    assert month_sentence(still).endswith(" No assumption moves it.")


def test_a_baseline_without_a_price_has_no_month_and_says_so(unpriced: Summary) -> None:
    """It had no sentence, no tile and no mark beside those of the others: as if nobody had asked."""
    others = [month for month in unpriced.projection.months if month.strategy != "single"]
    bare = unpriced.model_copy(update={"projection": unpriced.projection.model_copy(update={"months": others})})
    assert month_sentence(bare) == "The month of single is unknown: too few of its sessions were answered and priced."
    assert [(tile.value, tile.tone) for tile in tiles(bare) if tile.label == "the month, single"] == [
        ("unknown", "warn")
    ]
    chips = dict(readiness(bare))["single"]
    assert chips[-1] == ("month", Cell("? no data", "warn", "extrapolated"))


def test_no_projection_no_sentence(interrupted: Summary) -> None:
    assert month_sentence(interrupted) == ""


def test_the_table_says_what_a_contract_adds_and_gives_back(contracted: Summary) -> None:
    notes = months(contracted).notes
    assert any("contract msa: $" in note and "to reach its minimum (" in note for note in notes)
    assert any("given back by its volume discount (" in note for note in notes)


def test_refusals_of_the_busy_hour_are_not_those_of_the_month(launch: Summary) -> None:
    table = months(changed(launch, capped_share=0.46, capped_month_share=0.12))
    column = next(index for index, one in enumerate(table.columns) if one.title == "refused by limits")
    assert {row[column].text for row in table.rows} == {"46 %; 12 % of the month"}
