"""How far a projected month may lie off: sampled sessions and planned volume, drawn together."""

import math

import numpy as np

from simulator.run.percentiles import LEAST_SESSIONS, Floats, generator

DRAWS = 2000
_NORMAL_FROM = 5000
_Z80 = 1.2815515655446004  # standard normal quantile of 90 %: ±z holds 80 %


def mean_factors(values: Floats, *, seed: int) -> Floats | None:
    """Draws of the true mean ÷ the sampled mean; None below 30 sessions (house rule 6).

    Session bootstrap-t (Efron and Tibshirani 1993, 12.5): m − t*·se, which keeps the skew that a percentile bootstrap
    of so few sessions loses. From 5,000 sessions on t* is normal to two digits and is drawn as such.
    """
    if len(values) < LEAST_SESSIONS or not values.mean():
        return None
    error = values.std(ddof=1) / math.sqrt(len(values))
    factors: Floats = np.maximum(0.0, 1 - _t_draws(values, seed) * error / values.mean())
    return factors


def volume_factors(uncertainty: float, *, seed: int) -> Floats:
    """Draws of true volume ÷ planned volume: lognormal, within ÷(1+u) and ×(1+u) with 80 % probability."""
    return np.exp(math.log1p(uncertainty) / _Z80 * generator(seed, "volume").standard_normal(DRAWS))


def dearest_share(values: Floats) -> float | None:
    """Part of the whole that the dearest twentieth of the values makes, how heavy their tail is; None without cost."""
    whole = values.sum()
    return float(np.sort(values)[-math.ceil(len(values) / 20) :].sum() / whole) if whole else None


def needed_sessions(values: Floats, *, precision: float = 0.10) -> int | None:
    """Sessions for ±`precision` on the mean at 95 %: (1.96·CV ÷ precision)²; None below 2 sessions or without cost."""
    if len(values) < 2 or not values.mean():
        return None
    variation = float(values.std(ddof=1) / values.mean())
    return max(LEAST_SESSIONS, math.ceil((1.96 * variation / precision) ** 2))


def _t_draws(values: Floats, seed: int) -> Floats:
    rng, count = generator(seed, "sessions"), len(values)
    if count >= _NORMAL_FROM or not values.std():
        return rng.standard_normal(DRAWS)
    weights = rng.multinomial(count, np.full(count, 1 / count), size=DRAWS) / count
    means = weights @ values
    spread = np.sqrt(np.maximum(0.0, weights @ values**2 - means**2) * count / (count - 1))
    drawn = spread > 1e-6 * values.std()  # a resample of equal sessions says nothing about their spread
    scores = np.zeros(DRAWS)
    scores[drawn] = (means[drawn] - values.mean()) / (spread[drawn] / math.sqrt(count))
    return scores
