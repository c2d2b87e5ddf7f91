"""The load generator, or the machine that the endpoint shares with it, gives in before the service does."""

from collections.abc import Iterator

from simulator.run.health import overloaded
from simulator.verdicts.condition import Break, Evidence


def find(evidence: Evidence) -> Iterator[Break]:
    """Per strategy the smallest scale at which a gate failed: from there on latency says nothing about the service."""
    for strategy in evidence.strategies:
        for rung in evidence.ladder(strategy):
            reasons = overloaded(rung)
            if reasons:
                yield Break(
                    kind="client",
                    title="the load generator gives in before the service",
                    strategy=strategy,
                    multiplier=rung.scale,
                    high=rung.scale,
                    provenance="measured",
                    evidence="; ".join(reasons),
                    costs="the run is not valid: no latency of it is judged, at smaller scales neither; its cost is",
                    fix="run it on a quieter or larger machine, with more --processes, or at a smaller scale",
                    verify=evidence.verify(strategy, rung.scale),
                )
                break
