"""Retries multiply the load that made them necessary."""

from collections.abc import Iterator

from simulator.units import scale_text, share_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.crossing import Crossing, Point, crossing

ATTEMPTS_PER_REQUEST = 1.3
"""Where retries count as a break; capacity tests collapse not far above."""


def find(evidence: Evidence) -> Iterator[Break]:
    """Where a request takes more than 1.3 sendings on average."""
    for strategy in evidence.strategies:
        points = [
            Point(rung.scale, rung.attempts_per_request, holds=rung.attempts_per_request <= ATTEMPTS_PER_REQUEST)
            for rung in evidence.ladder(strategy)
            if rung.attempts_per_request is not None
        ]
        found = crossing(points, ATTEMPTS_PER_REQUEST)
        if found:
            yield _break(evidence, strategy, found)


def _break(evidence: Evidence, strategy: str, found: Crossing) -> Break:
    return Break(
        kind="retries",
        title=f"retries multiply the load to more than {ATTEMPTS_PER_REQUEST} sendings a request",
        strategy=strategy,
        multiplier=found.at,
        low=found.low,
        high=found.high,
        provenance="measured",
        evidence=f"{found.after:.3g} sendings a request at {scale_text(found.high)}{found.guess}",
        costs=_waste(evidence, strategy, found.high),
        fix=f"a retry budget of 10 % of the requests: {share_text(1.1 / found.after)} of today's sendings there",
        verify=evidence.verify(strategy, found.high),
    )


def _waste(evidence: Evidence, strategy: str, scale: float) -> str | None:
    cost = next((cost for cost in evidence.costs if (cost.strategy, cost.scale) == (strategy, scale)), None)
    if cost is None or not cost.total or cost.wasted is None:
        return None
    if not cost.wasted:
        return "refused sendings are not billed, but they use up quota and time"
    return f"{share_text(float(cost.wasted / cost.total))} of the spend at {scale_text(scale)} served nobody"
