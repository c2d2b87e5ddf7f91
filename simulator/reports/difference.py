"""Two runs beside each other, for the retest after a fix: what changed, by how much, and what is only noise."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from simulator.figures import Provenance
from simulator.reports.table import Cell, Column, Table, Tone, strategy_text
from simulator.reports.tables.breaks import first, multiplier_text
from simulator.reports.tables.months import headline_costs
from simulator.reports.tables.rungs import refused_share
from simulator.reports.tables.strategies import signed_share_text
from simulator.run.metrics import RungFigures
from simulator.summary import Summary
from simulator.units import scale_text, seconds_text, share_text, usd_text

WORDS: dict[str, Tone] = {
    "better": "good",
    "worse": "bad",
    "noise": "muted",
    "same": "muted",
    "changed": "plain",
    "not judged": "warn",
    "no data": "warn",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one run; smaller is better in all that are compared."""

    name: str
    scale: float
    strategy: str
    value: float | None
    low: float | None
    high: float | None
    text: str
    provenance: Provenance
    judged: bool = True
    """False for the latency of an invalid run."""


_CONDITIONS: dict[str, Callable[[Summary], str]] = {
    "scenario": lambda one: one.run.scenario,
    "run verdict": lambda one: one.run.verdict,
    "status": lambda one: one.run.status,
    "target": lambda one: one.run.target,
    "traffic": lambda one: one.run.trace,
    "meaning of 10×": lambda one: one.run.multiply,
    "seed": lambda one: str(one.run.seed),
    "scales": lambda one: ", ".join(map(scale_text, one.run.measured_scales)),
    "versions": lambda one: ", ".join(f"{name} {version}" for name, version in sorted(one.run.versions.items())),
}


def unlike(before: Summary, after: Summary) -> list[str]:
    """What differs besides what was fixed, so that a difference may not be the fix."""
    sides = [(name, read(before), read(after)) for name, read in _CONDITIONS.items()]
    for prefix, read in (("price of ", _prices), ("sha256 of ", _hashes)):
        old, new = read(before), read(after)
        sides += [(prefix + name, old.get(name, "none"), new.get(name, "none")) for name in dict.fromkeys((*old, *new))]
    return [f"{name}: {one} → {other}" for name, one, other in sides if one != other]


def _prices(summary: Summary) -> dict[str, str]:
    """US dollars per million by model and meter; all of them where a meter has several."""
    found: dict[str, list[str]] = {}
    for price in summary.prices:
        found.setdefault(f"{price.get('model')} {price.get('meter')}", []).append(str(price.get("usd_per_million")))
    return {name: ", ".join(rates) for name, rates in found.items()}


def _hashes(summary: Summary) -> dict[str, str]:
    return {name: digest[:8] for name, digest in summary.run.hashes.items()}


def figures(before: Summary, after: Summary) -> Table:
    """Latency, refusals, cost and the month wherever both runs have them."""
    found = pairs(before, after)
    heads = ("figure", "strategy", "scale", "before", "after", "change", "")
    columns = tuple(Column(head, numeric=head in ("before", "after", "change")) for head in heads)
    notes = ("noise: the intervals overlap. Without intervals a change is shown, but not called better or worse.",)
    return Table("Figures", columns, tuple(_row(*pair) for pair in found), notes if found else ())


def pairs(before: Summary, after: Summary) -> list[tuple[Figure, Figure]]:
    old = {(one.name, one.strategy, one.scale): one for one in _figures(before)}
    return [(old[key], one) for one in _figures(after) if (key := (one.name, one.strategy, one.scale)) in old]


def _row(old: Figure, new: Figure) -> tuple[Cell, ...]:
    word = judged(old, new)
    place = (Cell(new.name), Cell(new.strategy), Cell(scale_text(new.scale)))
    texts = (Cell(old.text, provenance=old.provenance), Cell(new.text, provenance=new.provenance))
    return (*place, *texts, Cell(_change(old.value, new.value)), Cell(word, WORDS[word]))


def judged(old: Figure, new: Figure) -> str:
    """better, worse, noise, same, changed (no intervals to judge by), not judged (an invalid run), or no data."""
    if not (old.judged and new.judged):
        return "not judged"
    if old.value is None or new.value is None:
        return "no data"
    if old.value == new.value:
        return "same"
    if None in (old.low, old.high, new.low, new.high) and math.inf not in (old.value, new.value):
        return "changed"
    if _top(new) < _bottom(old):
        return "better"
    return "worse" if _bottom(new) > _top(old) else "noise"


def _bottom(one: Figure) -> float:
    return one.low if one.low is not None else one.value or 0.0


def _top(one: Figure) -> float:
    return one.high if one.high is not None else one.value or 0.0


def _change(old: float | None, new: float | None) -> str:
    if old is None or new is None or not math.isfinite(old) or not math.isfinite(new) or not old:
        return "–"
    return signed_share_text(new / old - 1) if new / old < 10 else f"× {new / old:.3g}"


def _figures(summary: Summary) -> Iterator[Figure]:
    for rung in summary.rungs:
        yield from _of_rung(rung, strategy_text(summary, rung), judged=summary.run.verdict == "VALID")
    for cost in summary.costs:
        usd = cost.per_answered
        yield _bare(
            "cost per answered", cost.scale, strategy_text(summary, cost), usd, text=usd_text(usd), provenance="priced"
        )
    for month in headline_costs(summary):
        value, low, high = (None if usd is None else float(usd) for usd in (month.p50, month.p10, month.p90))
        name = f"month {month.month}"
        yield Figure(name, month.scale, month.strategy, value, low, high, usd_text(month.p50), month.provenance)


def _of_rung(rung: RungFigures, label: str, *, judged: bool) -> Iterator[Figure]:
    for name, found in (("TTFT p95", rung.time_to_first_token.p95), ("response p95", rung.response_time.p95)):
        text = seconds_text(found.value)
        yield Figure(name, rung.scale, label, found.value, found.low, found.high, text, "measured", judged)
    share = refused_share(rung)
    yield _bare("refused of due", rung.scale, label, share, text=share_text(share), provenance="measured")


def _bare(
    name: str, scale: float, strategy: str, value: float | Decimal | None, *, text: str, provenance: Provenance
) -> Figure:
    """A figure without an interval."""
    return Figure(name, scale, strategy, None if value is None else float(value), None, None, text, provenance)


def breaks(before: Summary, after: Summary) -> Table:
    """The three things that break first, then and now."""
    sides = [
        [f"{multiplier_text(one)} {one.title} ({one.strategy})" for one in first(side)] for side in (before, after)
    ]
    longest = max(map(len, sides))
    filled = [[*side, *["–"] * (longest - len(side))] for side in sides]
    rows = tuple(
        (Cell(str(number)), Cell(old), Cell(new)) for number, (old, new) in enumerate(zip(*filled, strict=True), 1)
    )
    return Table("What breaks first", (Column("#"), Column("before"), Column("after")), rows)
