"""All thresholds of a router at once: sort by its score, add up, and read every operating point off the sums."""

from dataclasses import dataclass

import numpy as np

from simulator.errors import BadInput
from simulator.run.percentiles import Floats, Ints


@dataclass(frozen=True, slots=True)
class Choice:
    """What each request would give on either model; one entry per request. More quality is better."""

    score: Floats
    """The router's: the higher, the sooner the request goes to the strong model."""
    strong_quality: Floats
    weak_quality: Floats
    strong_cost: Floats
    weak_cost: Floats
    """Dollars, overhead of the router included where it is paid on every request."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Operating points from all-weak to all-strong. Between two points lies their mixture: ties are split at random."""

    strong_share: Floats
    """Share of requests on the strong model, rising from 0 to 1."""
    quality: Floats
    """Mean over all requests."""
    cost: Floats
    """Mean dollars per request."""

    @classmethod
    def of(cls, choice: Choice) -> "Curve":
        """Every threshold of the score: one point per distinct score, and the ends. O(n log n)."""
        order = np.argsort(-choice.score, kind="stable")
        ranked = choice.score[order]
        kept = np.concatenate([[0], np.flatnonzero(np.diff(ranked)) + 1, [len(ranked)]])
        return cls(
            strong_share=kept / len(ranked),
            quality=_running(choice.weak_quality, choice.strong_quality, order)[kept],
            cost=_running(choice.weak_cost, choice.strong_cost, order)[kept],
        )

    def gap_recovered(self) -> Floats:
        """PGR(τ) = (q(τ) − q_weak)/(q_strong − q_weak) (RouteLLM, Ong et al. 2024).

        Raises BadInput where the strong model is not better: the ratio then means nothing.
        """
        weak, strong = self.quality[0], self.quality[-1]
        if strong <= weak:
            raise BadInput(f"the strong model is not better ({strong:.4g} against {weak:.4g}): no gap to recover")
        return np.asarray((self.quality - weak) / (strong - weak))

    def call_share(self, recovered: float) -> float:
        """CPT(x): the smallest share of strong calls that recovers `recovered` of the gap. Calls, not dollars."""
        return self._crossing(self.strong_share, recovered)

    def cost_share(self, recovered: float) -> float:
        """The same point in dollars: its cost ÷ that of the strong model alone."""
        return self._crossing(self.cost, recovered) / float(self.cost[-1])

    def average_gap_recovered(self) -> float:
        """APGR = ∫₀¹ PGR d(strong share), trapezoids over every threshold; a random router has 0.5."""
        return float(np.trapezoid(self.gap_recovered(), self.strong_share))

    def _crossing(self, along: Floats, recovered: float) -> float:
        """Where the curve first reaches `recovered`, between two points on their mixture."""
        gap = self.gap_recovered()
        at = int(np.argmax(gap >= recovered))
        if at == 0:
            return float(along[0])
        part = (recovered - gap[at - 1]) / (gap[at] - gap[at - 1])
        return float(along[at - 1] + part * (along[at] - along[at - 1]))


def _running(weak: Floats, strong: Floats, order: Ints) -> Floats:
    """Mean when the first k of `order` are strong, for k = 0 … n."""
    gained = np.concatenate([[0.0], np.cumsum((strong - weak)[order], dtype=np.float64)])
    return np.asarray((float(weak.sum()) + gained) / len(weak))
