"""Dollars for people: bills, statements, bridges, months and commitments, a line each."""

from collections.abc import Iterator, Sequence

from simulator.reports.tables.spend import partial_usd_text
from simulator.spend.bill import Bill
from simulator.spend.commitments import CommitmentCase
from simulator.spend.projection import MonthCost, Projection
from simulator.spend.statement import Statement
from simulator.spend.usage_log import LogBill
from simulator.spend.variance import Variance
from simulator.units import count_text, scale_text, share_text, usd_text

_HOLDS = {"within": "within", "risk": "at risk of passing", "over": "over", "no data": "no data on"}


def bill_lines(found: Bill) -> Iterator[str]:
    """A rung a line, then the total; `≥` where attempts without a price are missing from it."""
    width = max((len(rung.strategy) for rung in found.rungs), default=0)
    for rung in found.rungs:
        total, each = (partial_usd_text(usd, rung.unpriced_calls) for usd in (rung.total, rung.per_answered))
        yield f"{scale_text(rung.scale):>5} {rung.strategy:<{width}} {total:>12}  {each} an answered request"
    least = "≥ " if found.unpriced_calls else ""
    yield f"total {least}{found.total:f} USD at prices of {found.priced_at[:10]} ({found.book}, before tax)"


def log_lines(found: LogBill, book: str) -> Iterator[str]:
    """A model a line, what has no price, then the total."""
    for model, cost in sorted(found.by_model.items()):
        yield f"{model:<32} {usd_text(cost):>12}"
    for reason, count in found.reasons.items():
        yield f"unpriced: {count_text(count)} × {reason}"
    yield f"total {found.total:f} USD over {count_text(found.priced)} priced rows ({book}, before tax)"


def statement_lines(found: Statement) -> Iterator[str]:
    """A month a line, from list to billed."""
    for month in found.months:
        parts = f"list {usd_text(month.list_usd)}, contracted {usd_text(month.contracted_usd)}"
        off = f", free units −{usd_text(month.free_usd)}, volume −{usd_text(month.volume_usd)}"
        least = f", to the minimum +{usd_text(month.shortfall_usd)}" if month.shortfall_usd else ""
        missing = f", {count_text(month.unpriced)} without a price" if month.unpriced else ""
        billed = f"{month.month}  billed {'≥ ' if month.unpriced else ''}{usd_text(month.billed_usd)}"
        yield f"{billed}  ({parts}{off}{least}; {count_text(month.requests)} requests{missing})"
    if found.undated:
        yield f"{count_text(found.undated)} rows have no time and are in no month; price them with --at"


def bridge_lines(found: Variance) -> Iterator[str]:
    """From expected to actual, a step a line, then what to look at."""
    yield f"{'expected':<22} {usd_text(found.expected):>14}"
    for step in found.steps:
        yield f"{'+ ' + step.name:<22} {usd_text(step.usd):>14}  {step.note or ''}".rstrip()
    yield f"{'= actual':<22} {usd_text(found.actual):>14}"
    for flag in found.flags:
        yield f"look: {flag}"


def month_lines(found: Projection) -> Iterator[str]:
    """A month of a strategy at a scale a line, with its band, its budget and where it comes from."""
    width = max((len(month.strategy) for month in found.months), default=0)
    for month in found.months:
        band = f"P10 {usd_text(month.p10)} · P90 {usd_text(month.p90)}" if month.p10 is not None else "no interval"
        head = f"{month.month} {scale_text(month.scale):>5} {month.strategy:<{width}}"
        yield f"{head} {usd_text(month.p50):>14}  {band}{_held(month)}  [{month.provenance}]"
    yield from dict.fromkeys(f"{one.month} {one.strategy}: {one.note}" for one in found.months if one.note)


def _held(month: MonthCost) -> str:
    """Whether the budget holds, and from which day on it does not."""
    if month.over_budget == "no budget":
        return ""
    on = f" from {month.budget_spent_on} on" if month.budget_spent_on else ""
    return f" · {_HOLDS[month.over_budget]} the budget of {usd_text(month.budget)}{on}"


def commitment_lines(found: Sequence[tuple[float, str, CommitmentCase]]) -> Iterator[str]:
    """A rung under a commitment a line, then what a month is taken for."""
    for scale, strategy, case in found:
        one = case.chosen
        used = f"{one.units} units at {share_text(one.utilisation)} of capacity"
        spilled = f"{share_text(one.spilled_share)} spilled"
        saved = f"saves {usd_text(one.saving_usd)} a month at token prices of {case.priced_at[:10]}, "
        saved += f"pays {_pays(case.break_even_utilisation)} [extrapolated]"
        if case.unpriced:
            saved += (
                f"; {count_text(case.unpriced)} of {count_text(case.attempts)} attempts have no price: at least that"
            )
        yield f"{scale_text(scale):>5} {strategy:<16} {case.id}: {used}, {spilled}; {saved}"
    hours = ", ".join(f"{count}" for count in dict.fromkeys(case.hours_per_month for _, _, case in found))
    yield f"a month is {hours} hours, each like the rung: where the test is the busy hour, that is the most it can save"


def _pays(break_even: float | None) -> str:
    if break_even is None:
        return "nothing: no token of it was used"
    return "never" if break_even > 1 else f"from {share_text(break_even)} of its capacity on"
