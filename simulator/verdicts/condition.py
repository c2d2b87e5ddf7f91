"""A condition under which a launch breaks: what it may look at, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from simulator.figures import Figures, Provenance
from simulator.run.demand import Demand, lowest
from simulator.run.quota import KnownLimit
from simulator.run.rung import RungFigures
from simulator.scenario.objective import Objective
from simulator.spend.bill import RungCost
from simulator.spend.month import Projection
from simulator.verdicts.objectives import Judgement

KINDS = ("client", "limit", "queue", "objective", "errors", "budget", "cache", "retries")
"""In the order in which breaks at the same multiplier are told; those of outside packages follow."""


class Break(Figures):
    """One thing that breaks, and from which multiple of the 1× traffic on."""

    kind: str
    """One of `KINDS`, or an outside package's own word."""
    title: str
    """As in `gpt-4o tokens-per-minute limit exhausted`."""
    strategy: str
    multiplier: float
    """Breaking multiplier: the smallest multiple of the 1× traffic at which it breaks."""
    low: float | None = None
    """The largest scale at which it is known to hold, or the low end of the estimate."""
    high: float | None = None
    """The smallest scale at which it is known to break, or the high end of the estimate."""
    others: dict[str, float] = {}
    """The same thing in other strategies: name → multiplier."""
    provenance: Provenance
    """Where both `low` and `high` were run, they are what was measured; the multiplier between them is read off."""
    evidence: str
    """The figures that say so, in one sentence."""
    costs: str | None = None
    """What it does to users or to the bill."""
    fix: str
    """What to try next, with the number it takes."""
    verify: str | None = None
    """The command that tests the fix."""

    @property
    def between(self) -> tuple[float, float] | None:
        """The scale that held and the one that broke: all that rungs can say, where nothing between them was run."""
        if self.provenance != "measured" or self.low is None or self.high is None or self.low >= self.high:
            return None
        return self.low, self.high


@dataclass(frozen=True)
class Evidence:
    """Everything that a condition may look at. Pure data: conditions decide, they measure nothing."""

    calls: pa.Table
    rungs: Sequence[RungFigures]
    objectives: Sequence[Objective]
    judgements: Sequence[Judgement]
    costs: Sequence[RungCost]
    projection: Projection
    limits: Sequence[KnownLimit]
    command: str
    """The run's command up to its options, as in `tenfold run scenarios/support-chat.yaml`."""

    @cached_property
    def strategies(self) -> list[str]:
        return list(dict.fromkeys(rung.strategy for rung in self.rungs))

    @cached_property
    def demands(self) -> dict[str, Demand]:
        """By strategy, from its lowest rung."""
        return {name: Demand.of(self.calls, lowest(self.rungs, name)) for name in self.strategies}

    @cached_property
    def horizon(self) -> float:
        """The largest scale that anybody asked about; what breaks beyond it is not listed."""
        return max([rung.scale for rung in self.rungs] + [month.scale for month in self.projection.months], default=1.0)

    def ladder(self, strategy: str) -> list[RungFigures]:
        """The rungs of a strategy, smallest scale first."""
        return sorted((rung for rung in self.rungs if rung.strategy == strategy), key=lambda rung: rung.scale)

    def verify(self, strategy: str, scale: float) -> str:
        """The command that runs one strategy again at 1× and at `scale`."""
        scales = "1" if scale <= 1 else f"1,{scale:g}"
        return f"{self.command} --strategy {strategy} --scale {scales}"

    def target_scale(self, multiplier: float) -> float:
        """The scale that a fix should reach: the smallest run or projected one that the break forbids."""
        asked = {rung.scale for rung in self.rungs} | {month.scale for month in self.projection.months}
        return min((scale for scale in asked if scale >= multiplier), default=multiplier)
