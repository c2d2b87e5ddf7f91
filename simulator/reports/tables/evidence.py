"""Why the numbers can be believed, or not: reconciliation, the load generator's health, hashes and versions."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.calls import SETTLEMENTS
from simulator.reports.table import Cell, Column, Table, strategy_text
from simulator.run.health import FEW
from simulator.run.metrics import RungFigures
from simulator.summary import Summary
from simulator.units import scale_text, seconds_text, share_text


def reconciliation(summary: Summary) -> Table:
    """Both sides of both equations, exact, and whatever else does not agree."""
    found = summary.reconciliation
    terms = " + ".join(f"{found.settled.get(name, 0):,} {name.replace('_', ' ')}" for name in SETTLEMENTS)
    settled = sum(found.settled.values())
    places = max(_places(found.ledger_usd), _places(found.rows_usd))
    return Table(
        "Reconciliation",
        (Column("equation"), Column("left", numeric=True), Column("right", numeric=True), Column("holds")),
        (
            (
                Cell(f"planned requests = {terms}"),
                Cell(f"{found.planned:,}"),
                Cell(f"{settled:,}"),
                _holds(found.planned == settled),
            ),
            (
                Cell("ledger $ = sum of the rows $"),
                Cell(f"${found.ledger_usd:.{places}f}"),
                Cell(f"${found.rows_usd:.{places}f}"),
                _holds(found.ledger_usd == found.rows_usd),
            ),
        ),
        () if found.holds else ("The sums do not agree: do not use the figures of this run.", *found.problems),
    )


def _places(amount: Decimal) -> int:
    """Behind the point, exact: equal sums read alike, and nothing reads `$0E-9`."""
    exponent = amount.normalize().as_tuple().exponent
    return max(2, -exponent) if isinstance(exponent, int) else 2


def _holds(equal: bool) -> Cell:
    return Cell("✓ equal", "good") if equal else Cell("✗ differs", "bad")


def health(summary: Summary) -> Table:
    """Whether the load generator and the endpoint kept up, rung by rung."""
    return Table(
        "Did the load generator keep up?",
        (
            Column("scale", numeric=True),
            Column("strategy"),
            Column("sent", numeric=True, provenance="measured"),
            Column("dropped", numeric=True, provenance="measured"),
            Column("send lag p50", numeric=True, provenance="measured", detail=True),
            Column("send lag p99", numeric=True, provenance="measured"),
            Column("send lag max", numeric=True, provenance="measured", detail=True),
            Column("stall max", numeric=True, provenance="measured"),
            Column("endpoint lag p99", numeric=True, provenance="measured"),
            Column("CPU", numeric=True, provenance="measured", detail=True),
            Column("workers", numeric=True, provenance="measured", detail=True),
        ),
        tuple(_health_row(rung, strategy_text(summary, rung)) for rung in summary.rungs),
        (
            f"Clock: {', '.join(dict.fromkeys(rung.health.clock for rung in summary.rungs))}{_hosts(summary)}.",
            *_littles_law(summary),
            *([f"Where fewer than {FEW} requests were sent, send lag p99 is the largest."] if _few(summary) else []),
        ),
    )


def _few(summary: Summary) -> bool:
    return any(0 < rung.sent < FEW for rung in summary.rungs)


def _littles_law(summary: Summary) -> Iterator[str]:
    """Of the rung that strays furthest, for what it may."""
    known = [
        (one.littles_law_ratio, one.littles_law_tolerance)
        for one in (rung.health for rung in summary.rungs)
        if one.littles_law_ratio is not None and one.littles_law_tolerance
    ]
    if known:
        ratio, tolerance = max(known, key=lambda one: abs(one[0] - 1) / one[1])
        may = f"it may differ from 1 by {tolerance:.3f}"
        yield f"Requests in flight as seen ÷ as the rows tell (Little's law): {ratio:.3f}; {may}."


def _hosts(summary: Summary) -> str:
    """Where workers ran on other hosts, how well their clocks were known."""
    error = max((rung.health.clock_error_max_s or 0.0 for rung in summary.rungs), default=0.0)
    return f"; those of other hosts known to within {seconds_text(error)}" if error else ""


def _health_row(rung: RungFigures, strategy: str) -> tuple[Cell, ...]:
    found = rung.health
    dropped = rung.settled.get("dropped", 0)
    reported = f"{found.workers_reported} of {found.workers_planned}"
    return (
        Cell(scale_text(rung.scale)),
        Cell(strategy),
        Cell(f"{rung.sent:,}"),
        Cell(f"{dropped:,}", "bad" if dropped else "plain"),
        Cell(seconds_text(found.send_lag_p50_s)),
        Cell(seconds_text(found.send_lag_p99_s)),
        Cell(seconds_text(found.send_lag_max_s)),
        Cell(seconds_text(found.hub_stall_max_s)),
        Cell(seconds_text(found.endpoint_lag_p99_s)),
        Cell(share_text(found.cpu_share)),
        Cell(reported, "plain" if found.workers_reported == found.workers_planned else "bad"),
    )


def identity(summary: Summary) -> Table:
    """What it takes to make the same numbers again."""
    run = summary.run
    facts = {
        "run": run.id,
        "started": run.started_at,
        "took": seconds_text(run.duration_s),
        "target": run.target,
        "traffic": run.trace,
        "10× means": run.multiply,
        "scales run": ", ".join(map(scale_text, run.measured_scales)),
        "seed": str(run.seed),
        **{f"sha256 of {name}": digest for name, digest in run.hashes.items()},
        **{f"version of {name}": version for name, version in run.versions.items()},
    }
    rows = tuple((Cell(name), Cell(value)) for name, value in facts.items())
    return Table("Method", (Column("fact"), Column("value")), rows)
