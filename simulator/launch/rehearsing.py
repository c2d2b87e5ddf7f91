"""`tenfold rehearse`: the scenario's strategies and provider profile in virtual time. Nothing is sent or measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.launch.inputs import Inputs
from simulator.launch.options import Options
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.run.directory import writing
from simulator.run.ledger import Ledger
from simulator.run.metrics import rung_figures
from simulator.run.record import GeneratorHealth, RungRecord
from simulator.run.rung import RungFigures
from simulator.spend.bill import RungCost, bill
from simulator.units import count_text, scale_text, seconds_text, share_text, usd_text
from simulator.verdicts.objectives import settled_share

PROVENANCE = "assumed: the provider profile's latency and limits at planned lengths; nothing was sent"


class Rehearsed(Figures):
    """Every rung as it would go, with its cost. All of it is assumed."""

    provenance: str = PROVENANCE
    profile: str
    rungs: list[RungFigures]
    costs: list[RungCost]
    settled: list[str] = []
    """Options that the scenario gives as a range."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    figures: Rehearsed
    ledger: Ledger

    def write(self, folder: Path) -> None:
        """calls.parquet, requests.parquet and rehearsal.json into a folder that holds no run."""
        if (folder / "run.json").exists():
            raise BadInput(f"{folder}: holds a run; name another folder for the rehearsal")
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self.ledger.write(folder)
            (folder / "rehearsal.json").write_text(self.figures.model_dump_json(indent=1) + "\n", encoding="utf-8")


def rehearsal(options: Options) -> Rehearsal:
    """All scales and strategies. Raises `BadInput` where the scenario names no provider profile."""
    inputs = Inputs.read(options)
    if inputs.profile is None:
        raise BadInput(f"{options.scenario}: target.staging names no provider profile; a rehearsal needs one")
    times = inputs.scenario.target.timeouts
    tables = [
        rehearse(
            inputs.at_scale(scale, options),
            inputs.strategies,
            inputs.profile,
            scale=scale,
            seed=inputs.seed,
            patience=Patience(times.first_token, times.total),
            usd_per_million=inputs.usd_per_million(),
            body=inputs.scenario.target.body,
            validator=inputs.validator,
        )
        for scale in options.scales
    ]
    ledger = Ledger.of(*(pa.concat_tables(side) for side in zip(*tables, strict=True)))
    records = [
        _record(ledger, scale=scale, strategy=name, span_s=inputs.trace.span_s)
        for scale in options.scales
        for name in inputs.strategies
    ]
    figures = rung_figures(ledger.calls, ledger.requests, rungs=records, objectives=inputs.scenario.objectives)
    costs = bill(ledger.calls, inputs.book, at=inputs.at, requests=ledger.requests).rungs
    return Rehearsal(
        Rehearsed(profile=inputs.profile.name, rungs=figures, costs=costs, settled=inputs.settled()), ledger
    )


def lines(found: Rehearsed) -> list[str]:
    """The rehearsal for people, one line per rung; shares of the requests that were due, as objectives count them.

    The share of valid answers is a column where a validator checks them.
    """
    costs = {(cost.scale, cost.strategy): cost for cost in found.costs}
    checked = any(rung.valid is not None for rung in found.rungs)
    head = ("planned", "answered", "refused", "errors", *(("valid",) if checked else ()), *_LAST)
    width = max(len("strategy"), *(len(rung.strategy) for rung in found.rungs))
    table = [_line(rung, costs[rung.scale, rung.strategy], head, width) for rung in found.rungs]
    first = " ".join([f"{'scale':>6} {'strategy':<{width}}", *(word.rjust(max(8, len(word))) for word in head)])
    return [
        f"rehearsed in virtual time against profile {found.profile}",
        first,
        *table,
        *_undue(found.rungs),
        PROVENANCE,
        *found.settled,
    ]


def _undue(rungs: Sequence[RungFigures]) -> Iterator[str]:
    """Where few were answered and few refused, what became of the rest."""
    skipped = [
        f"{count_text(rung.settled['skipped'])} at {scale_text(rung.scale)} {rung.strategy}"
        for rung in rungs
        if rung.settled["skipped"]
    ]
    if skipped:
        yield f"refused, errors: of requests due, without turns whose session had failed before ({', '.join(skipped)})"


_LAST = ("TTFT p95", "resp. p95", "cost")


def _line(rung: RungFigures, cost: RungCost, head: Sequence[str], width: int) -> str:
    texts = {
        "planned": count_text(rung.planned),
        "answered": count_text(rung.settled["answered"]),
        "refused": share_text(settled_share(rung, "refused")),
        "errors": share_text(settled_share(rung, "errors")),
        "valid": share_text(rung.valid),
        "TTFT p95": seconds_text(rung.time_to_first_token.p95.value),
        "resp. p95": seconds_text(rung.response_time.p95.value),
        "cost": f"{'≥ ' if cost.total is not None and cost.unpriced_calls else ''}{usd_text(cost.total)}",
    }
    cells = (texts[word].rjust(max(8, len(word))) for word in head)
    return " ".join([f"{scale_text(rung.scale):>6} {rung.strategy:<{width}}", *cells])


def _record(ledger: Ledger, *, scale: float, strategy: str, span_s: float) -> RungRecord:
    rows = ledger.requests.select(["scale", "strategy", "attempts"]).to_pylist()
    mine = [row for row in rows if (row["scale"], row["strategy"]) == (scale, strategy)]
    return RungRecord(
        scale=scale,
        strategy=strategy,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        planned_span_s=span_s,
        planned=len(mine),
        sent=sum(row["attempts"] > 0 for row in mine),
        dropped=0,
        health=GeneratorHealth(clock="virtual time"),
    )
