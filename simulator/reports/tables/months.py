"""The month in dollars: P10, P50, P90 per scale and strategy, and whether the budget holds."""

from simulator.reports.table import Cell, Column, Table, Tone, noted
from simulator.spend.projection import MonthCost
from simulator.summary import Summary
from simulator.units import count_text, scale_text, share_text, usd_text

BUDGET: dict[str, tuple[str, Tone]] = {
    "within": ("✓ within", "good"),
    "risk": ("! at risk", "warn"),
    "over": ("✗ over", "bad"),
    "no data": ("? no data", "warn"),
    "no budget": ("no budget", "muted"),
}

UNPRICED = "too few of its sessions were answered and priced"
"""Why a strategy has no month."""


def budget_cell(month: MonthCost) -> Cell:
    """Whether the budget holds, and the day on which the plan has spent it."""
    text, tone = BUDGET[month.over_budget]
    on = month.budget_spent_on
    return Cell(f"{text} from {on.day} {on:%b}" if on else text, tone)


def headline_month(summary: Summary) -> str | None:
    """The month that tiles and charts speak of: the first full one, else the first; None without a projection."""
    named = summary.projection.first_full_month
    return named or min((month.month for month in summary.projection.months), default=None)


def headline_costs(summary: Summary) -> list[MonthCost]:
    """That month's costs, every scale and strategy."""
    named = headline_month(summary)
    return [month for month in summary.projection.months if month.month == named]


def tornado_scale(summary: Summary) -> float:
    """The scale at which assumptions were moved: 10×, else the largest that was projected."""
    scales = {month.scale for month in summary.projection.months}
    return 10.0 if 10.0 in scales or not scales else max(scales)


def range_text(month: MonthCost) -> str:
    """`$5,410 to $6,020`, P10 to P90; says so where there is no interval."""
    if month.p10 is None or month.p90 is None:
        return "no interval"
    return f"{usd_text(month.p10)} to {usd_text(month.p90)}"


def beyond(summary: Summary, scale: float) -> bool:
    """Whether the test never ran at this scale."""
    return scale > max(summary.run.measured_scales, default=0)


def months(summary: Summary) -> Table:
    """Every projected month."""
    return _table(summary, summary.projection.months, "The month, projected")


def headline(summary: Summary) -> Table:
    """Only the month that the report leads with."""
    whole = _table(summary, headline_costs(summary), f"The month {headline_month(summary)}, projected")
    return Table(whole.title, whole.columns[1:], tuple(row[1:] for row in whole.rows), whole.notes)


def _table(summary: Summary, chosen: list[MonthCost], title: str) -> Table:
    return Table(
        title,
        (
            Column("month"),
            Column("scale", numeric=True),
            Column("strategy"),
            Column("requests", numeric=True, provenance="assumed", detail=True),
            Column("P10", numeric=True),
            Column("P50", numeric=True),
            Column("P90", numeric=True),
            Column("per answered", numeric=True, detail=True),
            Column(_budget_title(chosen)),
            Column("chance over", numeric=True, provenance="extrapolated", detail=True),
            Column("refused by limits", numeric=True, provenance="extrapolated", detail=True),
            Column("from rung", numeric=True, detail=True),
        ),
        tuple(_row(month) for month in chosen),
        tuple(_notes(summary, chosen)),
    ).gathered()


def _budget_title(chosen: list[MonthCost]) -> str:
    """The budget itself, where all these months have the same."""
    budgets = {month.budget for month in chosen}
    only = budgets.pop() if len(budgets) == 1 else None
    return "budget" if only is None else f"budget {usd_text(only)}"


def _row(month: MonthCost) -> tuple[Cell, ...]:
    return (
        Cell(month.month),
        Cell(scale_text(month.scale)),
        Cell(month.strategy),
        Cell(count_text(month.requests)),
        Cell("no interval" if month.p10 is None else usd_text(month.p10), provenance=month.provenance),
        Cell(usd_text(month.p50), provenance=month.provenance),
        Cell("no interval" if month.p90 is None else usd_text(month.p90), provenance=month.provenance),
        Cell(usd_text(month.per_answered), provenance=month.provenance),
        budget_cell(month),
        Cell(share_text(month.chance_over_budget)),
        Cell(_refused(month), "bad" if month.capped_share else "plain"),
        Cell(scale_text(month.based_on_scale)),
    )


def _refused(month: MonthCost) -> str:
    """In the busy hour, and over the whole month where the launch says how its hours differ."""
    whole = month.capped_month_share
    return share_text(month.capped_share) + ("" if whole is None else f"; {share_text(whole)} of the month")


def _notes(summary: Summary, chosen: list[MonthCost]) -> list[str]:
    notes = list(noted((f"{one.month} {one.strategy} at {scale_text(one.scale)}", one.note) for one in chosen))
    outside = sorted({month.scale for month in chosen if beyond(summary, month.scale)})
    if outside:
        scales = ", ".join(map(scale_text, outside))
        notes.insert(0, f"{scales}: beyond anything that was run; extrapolated, never measured.")
    if without := without_month(summary):
        notes.append(f"No month for {', '.join(without)}: {UNPRICED}.")
    if any(month.over_budget == "no data" for month in chosen):
        notes.append("? no data: the plan is within the budget, but without a P90 nobody knows whether the month is.")
    notes += noted((f"{one.strategy} at {scale_text(one.scale)}", term) for one in chosen for term in _terms(one))
    if any(month.capped_share for month in chosen):
        notes.append(
            "Priced as if limits were raised: what known limits would refuse in the busy hour is in the price. A busy "
            "hour outlasts the burst that a short test lives on, so more may be refused in it than in the test."
        )
    if summary.projection.needed_sessions:
        need = count_text(summary.projection.needed_sessions)
        notes.append(f"±10 % on the cost per session at 95 % needs a test of {need} sessions.")
    return notes


def _terms(month: MonthCost) -> list[str]:
    """What each contract adds to the month or gives back; per answered stays the usage alone."""
    said = ((term.id, term.added(month.usage)) for term in month.contracts)
    return [
        f"contract {name}: {usd_text(usd)} more than the usage, to reach its minimum"
        if usd > 0
        else f"contract {name}: {usd_text(-usd)} given back by its volume discount"
        for name, usd in said
        if usd
    ]


def without_month(summary: Summary) -> list[str]:
    """Strategies that were run and have no month, where there is a projection or its ground was missing: not free."""
    answered = any(rung.settled.get("answered") for rung in summary.rungs)
    if not summary.projection.months and not summary.unpriced_calls and answered:
        return []
    projected = {month.strategy for month in summary.projection.months}
    return [name for name in dict.fromkeys(rung.strategy for rung in summary.rungs) if name not in projected]
