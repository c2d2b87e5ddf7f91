"""Strategies over a batch of recorded answers: dollars, waiting time and quality, for a million requests in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from simulator.comparison.resample import saving_interval
from simulator.errors import BadInput
from simulator.figures import Figures, Interval
from simulator.run.percentiles import Floats, Ints, exact
from simulator.strategies.batch import Batch, Evaluation
from simulator.strategies.node import Node


@dataclass(frozen=True, slots=True)
class Rate:
    """Dollars per million tokens of one model, without a prompt cache."""

    input_usd: Decimal
    output_usd: Decimal


class Outlook(Figures):
    """What one strategy would cost and take on the batch, at the recorded load."""

    strategy: str
    cost: Decimal
    """Exact: token sums × rates."""
    p50: float
    p95: float
    p99: float
    """Response time in seconds, of the mixture."""
    first_token_p95: float | None
    """Seconds until the user sees the first token; an answer from a store is there at once."""
    quality: float | None
    """Mean of the served answers; None where they have no quality."""
    saving: Interval
    """Against the baseline, paired by session."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A batch with rates, the session of each request (numbered from 0), and each model's quality per request."""

    batch: Batch
    rates: Mapping[str, Rate]
    sessions: Ints
    quality: Mapping[str, Floats]

    def outlook(self, strategies: Mapping[str, Node], *, baseline: str, seed: int = 0) -> list[Outlook]:
        """Every strategy beside the baseline. Raises BadInput for a node without columns, or a model without a rate."""
        reference = self._by_session(self._spent(Evaluation.of(strategies[baseline], self.batch)[0]))
        return [self._one(name, node, reference, seed) for name, node in strategies.items()]

    def _one(self, name: str, node: Node, reference: Floats, seed: int) -> Outlook:
        evaluation, answered = Evaluation.of(node, self.batch)
        own = self._by_session(self._spent(evaluation))
        waited = answered.rows.now
        return Outlook(
            strategy=name,
            cost=self._total(evaluation),
            p50=exact(waited, 50) or 0.0,
            p95=exact(waited, 95) or 0.0,
            p99=exact(waited, 99) or 0.0,
            first_token_p95=exact(answered.first_token, 95),
            quality=self._quality(evaluation, answered.node),
            saving=saving_interval(own, reference, seed=seed, name=name),
        )

    def _rate(self, model: str) -> Rate:
        if model not in self.rates:
            raise BadInput(f"no rate for {model}; rates are given for {', '.join(self.rates)}")
        return self.rates[model]

    def _total(self, evaluation: Evaluation) -> Decimal:
        total = Decimal(0)
        for one in evaluation.sent:
            rate = self._rate(one.model)
            total += int(one.input_tokens.sum()) * rate.input_usd + int(one.output_tokens.sum()) * rate.output_usd
        return total / 1_000_000

    def _spent(self, evaluation: Evaluation) -> Floats:
        """Dollars per request. Floats: they only make intervals."""
        spent = np.zeros(len(self.sessions))
        for one in evaluation.sent:
            rate = self._rate(one.model)
            usd = float(rate.input_usd) * one.input_tokens + float(rate.output_usd) * one.output_tokens
            spent[one.at] += usd / 1e6  # a node asks each request once, so no index repeats
        return spent

    def _by_session(self, spent: Floats) -> Floats:
        return np.bincount(self.sessions, weights=spent).astype(float)

    def _quality(self, evaluation: Evaluation, served: Ints) -> float | None:
        total = 0.0
        for number, node in enumerate(evaluation.nodes):
            models = node.models()
            if not models <= self.quality.keys() or len(models) != 1:
                return None
            total += float(self.quality[models.pop()][served == number].sum())
        return total / len(served)
