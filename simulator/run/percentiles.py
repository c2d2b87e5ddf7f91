"""Exact percentiles from rows, with intervals over sessions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.draws import fold, mix
from simulator.figures import Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SESSIONS = 30
"""Below it intervals over sessions hold the truth clearly less often than they claim."""
_Z = 1.96


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


def intervals(values: Floats, sessions: Ints, *, percents: Sequence[float]) -> list[Interval]:
    """Each percentile with its 95 % interval; `sessions` numbers the session of every row, which is what was sampled.

    Woodruff (1952): the percentiles at the bounds of the share of rows below. The bounds are Wilson's (1927), for as
    many rows as the sessions are worth: rows ÷ design effect, from the spread of whole sessions (Kish 1965). An upper
    bound beyond the largest row is +∞. Resampling few sessions does worse: it never looks beyond the largest row.
    """
    ordered = np.sort(values)
    codes = np.unique(sessions, return_inverse=True)[1].reshape(-1)
    count = int(codes.max()) + 1 if len(codes) else 0
    return [_interval(_Sample(values, ordered, codes, count), percent) for percent in percents]


@dataclass(frozen=True, slots=True)
class _Sample:
    values: Floats
    ordered: Floats
    codes: Ints
    sessions: int

    def share_error_ratio(self, point: float) -> float:
        """Design effect at a point: variance of the share of rows below it by session ÷ as if rows were independent."""
        sizes, below = np.bincount(self.codes), np.bincount(self.codes, self.values <= point)
        share, rows = below.sum() / len(self.values), len(self.values)
        residual = below - share * sizes
        clustered = float(residual @ residual) / rows**2 * self.sessions / (self.sessions - 1)
        return max(1.0, clustered / (share * (1 - share) / rows)) if 0 < share < 1 else 1.0


def _interval(sample: _Sample, percent: float) -> Interval:
    point, rows = exact(sample.values, percent), len(sample.values)
    if point is None:
        return Interval(value=None, note="no data")
    if sample.sessions < LEAST_SESSIONS:
        return Interval(value=point, note=f"{sample.sessions} different sessions: an interval needs {LEAST_SESSIONS}")
    low, high = _wilson(percent / 100, rows / sample.share_error_ratio(point))
    above = math.ceil(high * rows) + 1
    return Interval(
        value=point,
        low=float(sample.ordered[max(1, math.floor(low * rows)) - 1]),
        high=float(sample.ordered[above - 1]) if above <= rows else math.inf,
        note=_too_few(percent, rows),
    )


def _wilson(share: float, rows: float) -> tuple[float, float]:
    centre, spread = share + _Z**2 / (2 * rows), _Z * math.sqrt(share * (1 - share) / rows + _Z**2 / (4 * rows**2))
    return (centre - spread) / (1 + _Z**2 / rows), (centre + spread) / (1 + _Z**2 / rows)


def _too_few(percent: float, rows: int) -> str | None:
    """The largest of n rows lies above the percentile p with probability 1 − pⁿ; below 95 % it does not bound it."""
    needed = math.ceil(math.log(0.05) / math.log(percent / 100))
    return f"{rows} requests: an upper bound of p({percent:g}) needs {needed}" if rows < needed else None
