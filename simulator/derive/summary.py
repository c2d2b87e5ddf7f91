"""Everything that a report says of a run."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from simulator.comparison.claimed import CheckedClaim
from simulator.derive.judgements import checked_claims, judged_quality
from simulator.derive.predictions import predictions
from simulator.derive.run import Run
from simulator.errors import ExitCode, worst
from simulator.pricing.book import PriceBook
from simulator.run.reconciliation import reconcile
from simulator.run.timeline import timeline
from simulator.strategies import ranges
from simulator.summary import RunFacts, Summary

_PROVENANCE = {
    "requests, latency, outcomes, tokens": "measured: rows of calls.parquet and requests.parquet",
    "cost of the run": "priced: the tokens that were reported × the dated rates in inputs/rates.yaml",
    "months": "extrapolated: cost per measured session × the launch volume that the scenario assumes",
    "launch volume, growth, weekend": "assumed: the scenario's launch block",
}


def derive(path: Path, *, book: PriceBook | None = None, at: datetime | None = None) -> Summary:
    """The summary of a run directory, finished or partial.

    `book` and `at` re-bill it at other prices or another date; else the prices that the run kept, at its start.
    Raises `InvalidFile` where a file of the directory is missing or not readable.
    """
    run = Run.open(path, book=book, at=at)
    claims = checked_claims(path, run)
    return Summary(
        run=_facts(run, claims),
        rungs=run.rungs,
        matrix=[rung for rung in run.all_rungs if rung.strategy in run.matrix],
        lengths=run.lengths,
        costs=run.bill.rungs,
        items=run.bill.items,
        items_from=run.later_items,
        total_usd=run.bill.total,
        unpriced_calls=run.bill.unpriced_calls,
        unpriced_reasons=run.bill.unpriced_reasons,
        prices=run.prices,
        objectives=run.judgements,
        claims=claims,
        breaks=run.breaks,
        projection=run.projection,
        comparison=run.comparison,
        quality=judged_quality(path, run),
        predictions=predictions(path, run),
        reconciliation=reconcile(
            run.all_rungs,
            calls=run.ledger.calls,
            requests=run.ledger.requests,
            ledger_usd=run.bill.total,
            row_costs=run.row_costs,
        ),
        provenance=_PROVENANCE | dict(_assumed(run)),
        timeline=timeline(
            run.launched.calls,
            run.launched.requests,
            rungs=[rung for rung in run.record.rungs if not rung.sampled],
        ),
    )


def _assumed(run: Run) -> Iterator[tuple[str, str]]:
    """What nothing measured: people's cases and options that are ranges, as declared; prices of an earlier day."""
    if any(cost.people for cost in run.bill.rungs):
        yield "cases that people answered", "assumed: price and time as the strategy declares them"
    if run.bill.backdated:
        names = ", ".join(run.bill.backdated)
        yield f"prices of {names}", f"assumed for {run.at:%Y-%m-%d}: no first day is known, and they were read later"
    for name in dict.fromkeys(rung.strategy for rung in run.rungs):
        if tree := run.scenario.strategies.get(name):
            yield from ((path, f"assumed: {one.taken_text}") for path, one in ranges.found(tree).items())


def _facts(run: Run, claims: list[CheckedClaim]) -> RunFacts:
    names = ("id", "scenario", "description", "command", "started_at", "duration_s", "seed", "status", "target")
    same = {name: getattr(run.record, name) for name in (*names, "simulated", "multiply", "trace", "versions")}
    return RunFacts(
        **same,
        verdict=run.verdict.word,
        reasons=run.verdict.reasons,
        exit_code=_exit_code(run, claims),
        hashes=run.record.inputs,
        measured_scales=sorted({rung.scale for rung in run.rungs}),
    )


def _exit_code(run: Run, claims: list[CheckedClaim]) -> ExitCode:
    codes = set()
    if run.record.status == "interrupted":
        codes.add(ExitCode.INTERRUPTED)
    if run.record.status == "stopped":
        codes.add(ExitCode.GUARD)
    if not run.verdict.valid:
        codes.add(ExitCode.NOT_VALID)
    unproven = any(one.verdict.outcome != "holds" for one in claims)
    if unproven or any(judgement.outcome != "pass" for judgement in run.judgements):
        codes.add(ExitCode.FAILED)
    return worst(codes)
