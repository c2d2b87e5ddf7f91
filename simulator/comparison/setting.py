"""One setting of a sweep: by columns where every node has them, else request by request, with the same figures."""

import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from simulator.comparison.measured import Measured, quality_of
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.run.percentiles import Floats, exact
from simulator.run.rows import Rows
from simulator.strategies import offline
from simulator.strategies.batch import Answered, Evaluation
from simulator.strategies.node import NoColumns, Node
from simulator.strategies.nodes.call import Call
from simulator.strategies.nodes.human import Human


class Point(Figures):
    """One setting. Latency in seconds at the recorded load, where every answer came at the first try."""

    strategy: str
    settings: dict[str, str]
    cost_per_request: Decimal
    saving: float | None
    """Share of the recorded baseline's cost on the same requests."""
    p50: float | None
    p95: float | None
    p99: float | None
    first_token_p95: float | None
    quality: float | None
    """Mean over the served answers; None where one of them is not judged."""
    by_model: dict[str, float]
    """Share of the requests that each model answered."""


def setting(name: str, settings: dict[str, str], node: Node, label_accuracy: float | None, measured: Measured) -> Point:
    """What a strategy costs and takes on what was measured. Raises BadInput where that cannot be known."""
    source = measured if label_accuracy is None else measured.guessing(label_accuracy)
    try:
        figures = _by_columns(node, source)
    except NoColumns:
        figures = _one_by_one(name, node, source)
    cost, bill = figures.cost, measured.baseline_usd
    return Point(
        strategy=name,
        settings=settings,
        cost_per_request=cost / len(source.batch.requests),
        saving=float(1 - cost / bill) if bill else None,
        p50=exact(figures.waited, 50),
        p95=exact(figures.waited, 95),
        p99=exact(figures.waited, 99),
        first_token_p95=exact(figures.first_token[~np.isnan(figures.first_token)], 95),
        quality=figures.quality,
        by_model=figures.by_model,
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    cost: Decimal
    waited: Floats
    first_token: Floats
    quality: float | None
    by_model: dict[str, float]


def _by_columns(node: Node, measured: Measured) -> _Figures:
    evaluation, answered = Evaluation.of(node, measured.batch)
    cost = measured.cost(evaluation)
    lost, later = measured.caches.cost(evaluation)
    return _Figures(
        cost=cost + lost,
        waited=answered.rows.now + later,
        first_token=answered.first_token + later,
        quality=_quality(measured, evaluation, answered),
        by_model=_by_model(evaluation, answered),
    )


def _by_model(evaluation: Evaluation, answered: Answered) -> dict[str, float]:
    shares: Counter[str] = Counter()
    for number, node in enumerate(evaluation.nodes):
        shares[_answering(node)] += int((answered.node == number).sum())
    return _shares(shares, len(answered.node))


def _answering(node: Node) -> str:
    """The model of a call, or who took the case; a node that answers without either has a store."""
    if isinstance(node, Human):
        return node.who
    return node.model if isinstance(node, Call) else "store"


def _shares(counts: Counter[str], total: int) -> dict[str, float]:
    return {model: count / total for model, count in sorted(counts.items())}


def _quality(measured: Measured, evaluation: Evaluation, answered: Answered) -> float | None:
    """None where nobody judges, and where a store answered: nobody judged what it gave."""
    total = 0.0
    for number, node in enumerate(evaluation.nodes):
        here = answered.node == number
        if here.any() and _answering(node) not in measured.quality:
            return None
        total += float(measured.quality[_answering(node)][here].sum()) if here.any() else 0.0
    return _known(total / len(answered.node))


def _one_by_one(name: str, node: Node, measured: Measured) -> _Figures:
    """The definition itself: `serve`, driven over the recorded answers."""
    calls, requests = offline.run(
        {name: node}, measured.kept, measured.answers, scale=measured.source.scale, seed=measured.source.seed
    )
    costs = measured.source.costs(calls)
    if None in costs:
        raise BadInput(f"{name}: {costs.count(None)} of its calls have no price or no usage; `--try` shows the rest")
    rows, served = Rows.of(calls, requests), calls.filter(calls["served"])
    models = Counter(served["model"].to_pylist())
    stored = len(requests) - len(served) - int((~rows.answered).sum())
    return _Figures(
        cost=sum((cost for cost in costs if cost is not None), Decimal(0)),
        waited=rows.response,
        first_token=rows.shown,
        quality=None if stored or not measured.judge else _known(float(np.mean(quality_of(measured.judge, served)))),
        by_model=_shares(models + Counter({"store": stored}), len(requests)),
    )


def _known(quality: float) -> float | None:
    """None where one of the answers is not judged."""
    return None if math.isnan(quality) else quality
