"""The interval of a saving: sessions are drawn again with replacement, and both strategies keep their pair."""

import numpy as np

from simulator.figures import Interval
from simulator.run.percentiles import LEAST_SESSIONS, Floats, generator

_DRAWS = 1000
_BLOCKS = 2000
"""More sessions are pooled at random into this many blocks: a draw then costs the same for a million sessions."""


def saving_interval(own: Floats, baseline: Floats, *, seed: int, name: str) -> Interval:
    """S = 1 − Σ own/Σ baseline with its 95 % interval; one entry per session, in dollars.

    Bounds are None below 30 sessions, the value too where the baseline's bill is empty.
    """
    if baseline.sum() <= 0:
        return Interval(value=None, note="no data: the baseline's bill is empty")
    value = 1 - float(own.sum() / baseline.sum())
    if len(own) < LEAST_SESSIONS:
        return Interval(value=value, note=f"{len(own)} sessions: an interval needs {LEAST_SESSIONS}")
    low, high = ratio_bounds(own, baseline, outside=0.025, seed=seed, name=name)
    return Interval(value=value, low=1 - high, high=1 - low)


def ratio_bounds(y: Floats, x: Floats, *, outside: float, seed: int, name: str) -> tuple[float, float]:
    """Bounds of Σy/Σx with `outside` beyond each; one entry per session, `name` keys the draws."""
    rng = generator(seed, f"comparison.{name}")
    return _studentised(*_pooled(y, x, rng), rng, outside)


def _pooled(own: Floats, baseline: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    if len(own) <= _BLOCKS:
        return own, baseline
    block = rng.permutation(len(own)) % _BLOCKS
    return np.bincount(block, weights=own).astype(float), np.bincount(block, weights=baseline).astype(float)


def _studentised(y: Floats, x: Floats, rng: np.random.Generator, outside: float) -> tuple[float, float]:
    """Bounds of R = Σy/Σx by bootstrap-t (Efron and Tibshirani 1993, ch. 12), the standard error linearised.

    se(R) = √(Σ(y − Rx)²·m/(m − 1))/Σx; each draw weighs the m pairs by how often they were drawn.
    """
    weights = rng.multinomial(len(x), np.full(len(x), 1 / len(x)), size=_DRAWS)
    ratio, error = _ratios(y, x, np.ones((1, len(x))))
    ratios, errors = _ratios(y, x, weights.astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(errors > 0, (ratios - ratio) / errors, 0.0)
    low, high = np.quantile(scores, [outside, 1 - outside])
    return float(ratio[0] - high * error[0]), float(ratio[0] - low * error[0])


def _ratios(y: Floats, x: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Ratio and its standard error for each row of weights."""
    total = weights @ x
    ratio = (weights @ y) / total
    squares = weights @ y**2 - 2 * ratio * (weights @ (x * y)) + ratio**2 * (weights @ x**2)
    return ratio, np.sqrt(np.maximum(squares, 0.0) * len(x) / (len(x) - 1)) / total
