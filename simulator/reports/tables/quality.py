"""Cost against quality where answers were judged: each strategy, and the scores that a router could choose by."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeVar

from simulator.comparison.frontier import Frontier
from simulator.comparison.place import Place
from simulator.comparison.routers import Router
from simulator.reports.table import Cell, Column, Table, Tone
from simulator.summary import Summary
from simulator.units import share_text, usd_text

_TERMS = (
    "CPT(x): the smallest share of requests on the strong model that recovers x of the gap. APGR: the gap recovered, "
    "averaged over all shares; chance has 0.5. AIQ: the area below the hull of its thresholds ÷ the span of costs. "
    "What the score itself costs is not in it."
)
T = TypeVar("T")
_TONES: dict[str, Tone] = {"above mixing": "good", "below mixing": "bad"}


def judged(summary: Summary) -> tuple[Table, ...]:
    """Both tables of a run that has judgements; none otherwise."""
    return (quality(summary.quality), scores(summary.quality)) if summary.quality else ()


def quality(found: Frontier) -> Table:
    """One row per strategy, cheapest first, then what perfect choice would give."""
    return Table(
        "Cost against quality",
        (
            Column("strategy"),
            Column("cost per request", numeric=True, provenance="priced"),
            Column("quality", numeric=True, provenance=found.provenance),
            Column("per good answer", numeric=True, provenance="priced"),
            *_if(found.routers, Column("on the best model", numeric=True, detail=True)),
            *_if(found.routers, Column("gap recovered", numeric=True)),
            Column("mixing gives", numeric=True),
            *_if(found.routers, Column("length rule gives", numeric=True, detail=True)),
            Column("is"),
        ),
        (*(_row(one, found) for one in found.places), *([_row(found.oracle, found)] if found.oracle else [])),
        tuple(_notes(found)),
    )


def _if(pair: object, what: T) -> tuple[T, ...]:
    """What is known only where there are two single models to choose between."""
    return (what,) if pair else ()


def _row(one: Place, found: Frontier) -> tuple[Cell, ...]:
    perfect = one is found.oracle
    return (
        Cell("(oracle)" if perfect else one.strategy, "muted" if perfect else "plain"),
        Cell(_usd(one.cost)),
        Cell(share_text(one.quality)),
        Cell("–" if one.cost_per_good is None else _usd(one.cost_per_good)),
        *_if(found.routers, Cell(share_text(one.strong_share))),
        *_if(found.routers, Cell(share_text(one.recovered))),
        Cell(share_text(one.mixing)),
        *_if(found.routers, Cell(share_text(one.rule))),
        Cell("a bound", "muted") if perfect else Cell(one.worth, _TONES.get(one.worth, "plain")),
    )


def _notes(found: Frontier) -> Iterator[str]:
    if not found.places:
        yield f"Nothing could be placed: {found.note}."
        return
    yield f"Quality: {found.quality}."
    yield f"On {found.requests:,} requests that every strategy answered and whose quality is known."
    if pair := found.routers:
        yield (
            f"Gap recovered: (quality − {pair.weak}'s) ÷ ({pair.strong}'s − {pair.weak}'s). "
            f"On the best model: share of its answers by {pair.strong}."
        )
    yield (
        "Mixing: the best that sending shares of the traffic to single models blindly reaches at this cost (Zero "
        "router); a router below it is worth nothing."
    )
    if found.routers:
        yield "Length rule: the best threshold on the prompt's length, chosen with hindsight."
    if found.oracle:
        yield "Oracle: for each request the cheapest model with the best answer; where none is right, the cheapest."
    if found.provenance == "assumed":
        yield f"No oracle, CPT or APGR: {found.note}."
    elif found.note:
        yield f"No gap to recover: {found.note}."
    if found.average_quality is not None:
        hull = ", ".join(found.hull)
        yield f"AIQ {found.average_quality:.3f}: the area below the hull of {hull} ÷ the span of all costs."


def scores(found: Frontier) -> Table:
    """One row per score, every threshold of it; empty where there is no gap between two models to recover."""
    pair = found.routers
    return Table(
        f"What a score recovers between {pair.weak} and {pair.strong}" if pair else "What a score recovers",
        (
            Column("score"),
            Column("CPT 50 %", numeric=True),
            Column("of the dollars", numeric=True, provenance="priced"),
            Column("CPT 80 %", numeric=True),
            Column("of the dollars", numeric=True, provenance="priced"),
            Column("APGR", numeric=True),
            Column("AIQ", numeric=True),
        ),
        tuple(_score(one) for one in pair.scores) if pair else (),
        (_TERMS,) if pair else (),
    )


def _score(one: Router) -> tuple[Cell, ...]:
    reach = (Cell(share_text(share)) for at in one.reach for share in (at.calls, at.cost))
    average = "–" if one.average_quality is None else f"{one.average_quality:.3f}"
    return Cell(one.score), *reach, Cell(f"{one.average_recovered:.3f}"), Cell(average)


def _usd(amount: float) -> str:
    return usd_text(Decimal(repr(amount)))
