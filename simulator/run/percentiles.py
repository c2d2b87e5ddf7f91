"""Exact percentiles from rows, with intervals that resample sessions."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.draws import fold, mix
from simulator.figures import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SESSIONS = 30
"""Below it a session bootstrap covers far less than it claims: 86 % instead of 95 % at 50 sessions already."""
_RESAMPLES = 400
_CELLS = 4_000_000  # of one chunk of resamples: 32 MB of float64


def generator(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for each named use, so that adding a figure changes no other."""
    return np.random.default_rng(mix(seed & (1 << 64) - 1) ^ fold(name))


def exact(values: Floats, percent: float) -> float | None:
    """The smallest value that at least `percent` of the rows do not exceed (nearest rank); None without rows.

    Nearest rank rather than interpolation: a mean of a finite time and +∞ would be neither.
    """
    if not len(values):
        return None
    rank = max(1, math.ceil(percent / 100 * len(values) - 1e-9))
    return float(np.partition(values, rank - 1)[rank - 1])


def intervals(values: Floats, sessions: Ints, *, percents: Sequence[float], seed: int) -> list[Interval]:
    """Each percentile with its 95 % interval from resampled sessions; `sessions` numbers them from 0 in every row."""
    points = [exact(values, percent) for percent in percents]
    count = len(np.unique(sessions))
    if count < LEAST_SESSIONS:
        note = f"{count} different sessions: an interval needs {LEAST_SESSIONS}" if len(values) else "no data"
        return [Interval(value=point, note=note) for point in points]
    drawn = np.sort(_resampled(values, sessions, percents, seed), axis=0)  # by rank: an interpolated +∞ would be NaN
    low, high = drawn[round(0.025 * _RESAMPLES)], drawn[round(0.975 * _RESAMPLES) - 1]
    return [Interval(value=p, low=float(a), high=float(b)) for p, a, b in zip(points, low, high, strict=True)]


def _resampled(values: Floats, sessions: Ints, percents: Sequence[float], seed: int) -> Floats:
    """Percentiles of `_RESAMPLES` draws of sessions with replacement; shape (resamples, percents)."""
    rng, order = generator(seed, "percentiles"), np.argsort(values, kind="stable")
    codes = np.unique(sessions, return_inverse=True)[1].reshape(-1)[order]
    count, ranked = int(codes.max()) + 1, values[order]
    chunk = max(1, _CELLS // len(values))
    rows = [
        _weighted(ranked, _draws(rng, count, min(chunk, _RESAMPLES - start))[:, codes], percents)
        for start in range(0, _RESAMPLES, chunk)
    ]
    return np.concatenate(rows)


def _draws(rng: np.random.Generator, count: int, times: int) -> Ints:
    """How often each of `count` sessions is drawn, per resample."""
    return rng.multinomial(count, np.full(count, 1 / count), size=times)


def _weighted(ranked: Floats, weights: Ints, percents: Sequence[float]) -> Floats:
    total = np.cumsum(weights, axis=1)
    ranks = np.maximum(1, np.ceil(np.outer(total[:, -1], np.asarray(percents) / 100) - 1e-9))
    return np.stack(
        [ranked[np.minimum(np.searchsorted(t, r), len(ranked) - 1)] for t, r in zip(total, ranks, strict=True)]
    )
