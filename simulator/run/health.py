"""The run verdict: a generator or an endpoint that could not keep up voids its own latency (house rule 9)."""

import math
from collections.abc import Iterator, Sequence

from simulator.figures import Figures
from simulator.run.record import Status, VerdictWord
from simulator.run.rung import Health, RungFigures
from simulator.units import scale_text, seconds_text, share_text

HUB_STALL_S = 0.25
LEAST_SENT_SHARE = 0.995
FEW = 100
"""Of fewer requests, a 99th percentile is the largest value."""


class Verdict(Figures):
    """VALID, or why not. `reasons` name the rung, the figure and what it had to be."""

    word: VerdictWord
    reasons: list[str]

    @property
    def valid(self) -> bool:
        return self.word == "VALID"


def verdict(rungs: Sequence[RungFigures], *, status: Status, ended_by: str | None = None) -> Verdict:
    """INCOMPLETE where evidence is missing, else CLIENT-LIMITED where a gate failed; every reason of either is kept."""
    missing = [*_unfinished(rungs, status, ended_by), *(reason for rung in rungs for reason in _missing(rung))]
    limited = [reason for rung in rungs for reason in overloaded(rung)]
    word: VerdictWord = "INCOMPLETE" if missing else "CLIENT-LIMITED" if limited else "VALID"
    return Verdict(word=word, reasons=missing + limited)


def overloaded(rung: RungFigures) -> list[str]:
    """Why this rung's latency is the generator's or the endpoint's own, not the service's; empty where it is fine."""
    return [f"{label(rung)}: {reason}" for reason in (*_late(rung), *_unsent(rung), *_endpoint(rung))]


def label(rung: RungFigures) -> str:
    """`single at 10×`, with the replicate where there are several."""
    again = f", replicate {rung.replicate}" if rung.replicate > 1 else ""
    return f"{rung.strategy} at {scale_text(rung.scale)}{again}"


def lag_limit(rung: RungFigures, *, floor: float) -> float:
    """max(`floor`, 5 % of the median time to first token of the answered), seconds."""
    first = rung.time_to_first_token_answered.p50.value
    return max(floor, 0.05 * first) if first is not None and math.isfinite(first) else floor


def _unfinished(rungs: Sequence[RungFigures], status: Status, ended_by: str | None) -> Iterator[str]:
    if status != "complete":
        yield f"the run is {status}" + (f": {ended_by}" if ended_by and ended_by != status else "")
    if not rungs:
        yield "no rung was run"


def _missing(rung: RungFigures) -> Iterator[str]:
    if rung.settled["not_reached"]:
        yield f"{label(rung)}: {rung.settled['not_reached']} of {rung.planned} planned requests were not reached"
    if rung.health.workers_reported < rung.health.workers_planned:
        health = rung.health
        yield f"{label(rung)}: {health.workers_reported} of {health.workers_planned} workers reported"


def _late(rung: RungFigures) -> Iterator[str]:
    health, limit = rung.health, lag_limit(rung, floor=0.05)
    if health.send_lag_p99_s is not None and health.send_lag_p99_s > limit:
        few = f" (the largest of {rung.sent})" if rung.sent < FEW else ""
        yield f"send lag p99 {seconds_text(health.send_lag_p99_s)}{few}, more than {seconds_text(limit)}{_cpu(health)}"
    if health.hub_stall_max_s is not None and health.hub_stall_max_s >= HUB_STALL_S:
        stall = seconds_text(health.hub_stall_max_s)
        yield f"the generator stood still for {stall}, {seconds_text(HUB_STALL_S)} or more{_cpu(health)}"


def _unsent(rung: RungFigures) -> Iterator[str]:
    due = rung.sent + rung.settled["dropped"]
    if due and rung.sent < LEAST_SENT_SHARE * due:
        share = share_text(rung.sent / due)
        yield f"{share} of {due} due requests were sent, less than {share_text(LEAST_SENT_SHARE)}{_cpu(rung.health)}"


def _endpoint(rung: RungFigures) -> Iterator[str]:
    lag, limit = rung.health.endpoint_lag_p99_s, lag_limit(rung, floor=0.005)
    if lag is not None and lag > limit:
        yield f"the embedded endpoint's own lag p99 {seconds_text(lag)}, more than {seconds_text(limit)}"


def _cpu(health: Health) -> str:
    return f" (generator CPU {share_text(health.cpu_share)})" if health.cpu_share is not None else ""
