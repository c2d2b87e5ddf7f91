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
"""Below it intervals from resampled sessions hold the truth clearly less often than they claim."""
_RESAMPLES, _LARGE = 400, 2000
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
    rank = max(1, _rank(percent, len(values)))
    return float(np.partition(values, rank - 1)[rank - 1])


def intervals(values: Floats, sessions: Ints, *, percents: Sequence[float], seed: int) -> list[Interval]:
    """Each percentile with its 95 % interval over sessions; `sessions` numbers the session of every row.

    Below 2,000 sessions they are resampled; from there on the same interval comes from its large-sample form.
    """
    points = [exact(values, percent) for percent in percents]
    codes = np.unique(sessions, return_inverse=True)[1].reshape(-1)
    count = int(codes.max()) + 1 if len(codes) else 0
    if count < LEAST_SESSIONS:
        note = f"{count} different sessions: an interval needs {LEAST_SESSIONS}" if count else "no data"
        return [Interval(value=point, note=note) for point in points]
    bounds = (_resampled_bounds if count < _LARGE else _large_bounds)(values, codes, percents, seed)
    notes = [_too_few(percent, len(values)) for percent in percents]
    return [
        Interval(value=point, low=low, high=high, note=note)
        for point, (low, high), note in zip(points, bounds, notes, strict=True)
    ]


def _too_few(percent: float, rows: int) -> str | None:
    """The largest of n rows lies above the percentile p with probability 1 − pⁿ; below 95 % it does not bound it."""
    needed = math.ceil(math.log(0.05) / math.log(percent / 100))
    return f"{rows} requests: an upper bound of p({percent:g}) needs {needed}" if rows < needed else None


def _large_bounds(values: Floats, codes: Ints, percents: Sequence[float], _seed: int) -> list[tuple[float, float]]:
    """Woodruff (1952): the percentiles at p ± 1.96 standard errors of the share below, errors clustered by session."""
    ordered, sizes = np.sort(values), np.bincount(codes)
    bounds = []
    for percent in percents:
        below = np.bincount(codes, values <= _at(ordered, percent))
        residual = below - below.sum() / len(values) * sizes
        margin = 196 * math.sqrt(float(residual @ residual)) / len(values)
        bounds.append((_at(ordered, percent - margin), _at(ordered, percent + margin)))
    return bounds


def _at(ordered: Floats, percent: float) -> float:
    """The value of the nearest rank, the first or last one beyond the ends."""
    return float(ordered[min(max(_rank(percent, len(ordered)), 1), len(ordered)) - 1])


def _rank(percent: float, count: int) -> int:
    return math.ceil(percent / 100 * count - 1e-9)


def _resampled_bounds(values: Floats, codes: Ints, percents: Sequence[float], seed: int) -> list[tuple[float, float]]:
    drawn = np.sort(_resampled(values, codes, percents, seed), axis=0)  # by rank: an interpolated +∞ would be NaN
    low, high = drawn[round(0.025 * _RESAMPLES)], drawn[round(0.975 * _RESAMPLES) - 1]
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _resampled(values: Floats, codes: Ints, percents: Sequence[float], seed: int) -> Floats:
    """Percentiles of `_RESAMPLES` draws of sessions with replacement; shape (resamples, percents)."""
    rng, order = generator(seed, "percentiles"), np.argsort(values, kind="stable")
    count, ranked, codes = int(codes.max()) + 1, values[order], codes[order]
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
