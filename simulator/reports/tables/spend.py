"""What the test cost, rung by rung: dollars that could not be known are said, never shown as $0."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.reports.table import Cell, Column, Table, strategy_text
from simulator.spend.bill import RungCost
from simulator.summary import Summary
from simulator.units import scale_text, usd_text


def partial_usd_text(amount: Decimal | None, unpriced_calls: int) -> str:
    """`$0.31`; `≥ $0.31` where calls without a price may be missing from it; `unknown` where nothing else is left."""
    if amount is None or not unpriced_calls:
        return usd_text(amount)
    return f"≥ {usd_text(amount)}" if amount else usd_text(None)


def in_order(summary: Summary) -> list[RungCost]:
    """The costs in the order in which the rungs stand."""
    order = {(rung.scale, rung.strategy, rung.replicate): place for place, rung in enumerate(summary.rungs)}
    return sorted(summary.costs, key=lambda cost: order.get((cost.scale, cost.strategy, cost.replicate), len(order)))


def total_of(summary: Summary) -> Decimal | None:
    """What the run cost, as far as it has prices; None where nothing of it could be priced."""
    return summary.total_usd if any(cost.total is not None for cost in summary.costs) else None


def spend(summary: Summary) -> Table:
    """One row per rung: measured usage × the dated prices of the register; people's cases stand beside it, if any."""
    people = any(cost.people for cost in summary.costs)
    return Table(
        "What the test cost",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            Column("total", numeric=True, provenance="priced"),
            Column("per request", numeric=True, provenance="priced", detail=True),
            Column("per answered", numeric=True, provenance="priced"),
            Column("overhead", numeric=True, provenance="priced"),
            Column("waste", numeric=True, provenance="priced"),
            *((Column("of it people", numeric=True, provenance="assumed"),) if people else ()),
            Column("by model", provenance="priced", detail=True),
            Column("unpriced calls", numeric=True, provenance="measured", detail=True),
        ),
        (
            *(_row(cost, strategy_text(summary, cost), people=people) for cost in in_order(summary)),
            _total(summary, people=people),
        ),
        tuple(_notes(summary)),
    )


def meters(summary: Summary) -> Table:
    """The same dollars by what was metered: which of prompts, caches and answers costs what."""
    costs = in_order(summary)
    names = sorted({name for cost in costs for name in cost.by_meter})
    return Table(
        "What it was spent on",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            *(Column(name.replace("_", " "), numeric=True, provenance="priced") for name in names),
        ),
        tuple(
            (Cell(scale_text(cost.scale)), Cell(strategy_text(summary, cost)), *_metered(cost, names)) for cost in costs
        )
        if names
        else (),
    )


def _metered(cost: RungCost, names: list[str]) -> Iterator[Cell]:
    for name in names:
        amount = None if cost.total is None else cost.by_meter.get(name, Decimal(0))
        yield Cell(partial_usd_text(amount, cost.unpriced_calls))


def _row(cost: RungCost, strategy: str, *, people: bool) -> tuple[Cell, ...]:
    unknown = cost.unpriced_calls
    return (
        Cell(scale_text(cost.scale)),
        Cell(strategy),
        Cell(partial_usd_text(cost.total, unknown), "warn" if unknown else "plain"),
        Cell(partial_usd_text(cost.per_request, unknown)),
        Cell(partial_usd_text(cost.per_answered, unknown)),
        Cell(partial_usd_text(cost.overhead, unknown)),
        Cell(partial_usd_text(cost.wasted, unknown)),
        *((Cell(usd_text(cost.people)),) if people else ()),
        Cell(", ".join(f"{model} {usd_text(usd)}" for model, usd in cost.by_model.items()) or "unknown"),
        Cell(f"{unknown:,}", "warn" if unknown else "plain"),
    )


def _total(summary: Summary, *, people: bool) -> tuple[Cell, ...]:
    total = Cell(
        partial_usd_text(total_of(summary), summary.unpriced_calls), "warn" if summary.unpriced_calls else "plain"
    )
    count = Cell(f"{summary.unpriced_calls:,}", "warn" if summary.unpriced_calls else "plain")
    priced = (Cell("all"), Cell("the whole run"), total, *(Cell("") for _ in range(4)))
    cases = (Cell(usd_text(sum((cost.people for cost in summary.costs), Decimal(0)))),) if people else ()
    return (*priced, *cases, Cell(""), count)


def _notes(summary: Summary) -> list[str]:
    notes = [
        "Overhead: classifiers and judges. Waste: attempts whose answer nobody was served. Before tax, US dollars."
    ]
    if summary.unpriced_calls:
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in summary.unpriced_reasons.items())
        notes.append(f"{summary.unpriced_calls:,} calls have no price, so the total is a lower bound ({reasons}).")
    if any(cost.people for cost in summary.costs):
        notes.append("People: cases at the price that a strategy declares, an assumption; the rest is tokens × prices.")
    assumed = sum(cost.assumed_usage_calls for cost in summary.costs)
    if assumed:
        notes.append(
            f"The server did not report the tokens of {assumed:,} attempts; their usage was counted or assumed."
        )
    return notes
